import { describe, expect, it } from '@jest/globals';
import type { Event } from '@provisioning/contracts';
import { LogLines } from './log-lines.js';

const line = (number: number) => ({ line: number, attempt: 1, timestamp: 't', text: `line ${number}` });
const entry = (first_line: number, text: string, more: object = {}): Event => ({
  event_type: 'LogEntry',
  timestamp: 't',
  data: { first_line, line_count: text.split('\n').length, text, attempt: 1, ...more },
  metadata: {},
});

describe('the known lines of a log', () => {
  it('are those that were fetched and those that events brought, each once', () => {
    const lines = new LogLines();
    lines.add([line(1), line(2)]);
    lines.take([entry(2, 'line 2\nline 3'), entry(4, 'line 4')]);
    expect([1, 2, 3, 4].map((number) => lines.line(number)?.text)).toEqual(
      [1, 2, 3, 4].map((n) => `line ${n}`),
    );
    expect(lines.last).toBe(4);
    expect(lines.firstGap(1, 100)).toBeUndefined();
  });

  it('leave a gap where an event was missed or cut', () => {
    const lines = new LogLines();
    lines.add([line(1)]);
    lines.take([entry(5, 'line 5')]);
    expect(lines.firstGap(1, 5)).toBe(2);
    lines.take([entry(6, 'cut', { truncated: true, line_count: 3 })]);
    expect(lines.last).toBe(8);
    expect(lines.firstGap(5, 8)).toBe(6);
  });

  it('drop those that came first when there are too many, but none that is on the screen', () => {
    const lines = new LogLines();
    lines.add(Array.from({ length: 100 }, (_line, index) => line(index + 1)));
    lines.show(10, 20);
    for (let first = 101; first <= 25_000; first += 100)
      lines.add(Array.from({ length: 100 }, (_line, index) => line(first + index)));
    const known = Array.from({ length: lines.last }, (_line, index) => index + 1).filter(
      (number) => lines.line(number) !== undefined,
    );
    expect(known).toHaveLength(20_000);
    expect(known.slice(0, 12)).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, lines.last - 19_988]);
  });
});
