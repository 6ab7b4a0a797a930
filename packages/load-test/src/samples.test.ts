import { describe, expect, it } from '@jest/globals';
import { readOptions } from './options.js';
import { htmlReport } from './report-html.js';
import { textReport } from './report-text.js';
import { figuresOf, percentile, type Sample } from './samples.js';

const sample = (operation: string, at: number, ms: number, fault?: string): Sample => ({
  operation,
  at,
  ms,
  fault,
});

describe('the figures', () => {
  const samples = [
    ...Array.from({ length: 100 }, (_, n) => sample('read', n * 10, n + 1)),
    sample('write', 1_500, 200),
    sample('write', 1_600, 5_000, '503 unavailable'),
  ];
  const figures = figuresOf(samples, 2);

  it('are exact', () => {
    expect(figures.operations).toEqual([
      { operation: 'read', requests: 100, errors: 0, perSecond: 50, p50: 50, p90: 90, p99: 99, max: 100 },
      {
        operation: 'write',
        requests: 2,
        errors: 1,
        perSecond: 1,
        p50: 200,
        p90: 5_000,
        p99: 5_000,
        max: 5_000,
      },
    ]);
    expect(figures.total).toMatchObject({ requests: 102, errors: 1 });
    // By the time of the answer; answers after the end are on no line.
    expect(figures.timeline).toEqual([91, 10]);
    expect(figures.faults).toEqual([['write: 503 unavailable', 1]]);
    expect([percentile([], 99), percentile([7], 1)]).toEqual([0, 7]);
  });

  it('are shown as text and as a page that loads nothing', () => {
    const run = { figures, clients: 4, target: 'http://a', at: new Date(0), completedTasks: 3 };
    expect(textReport(run)).toContain(
      '102 requests in 2.0 s from 4 clients at http://a: 51.0 a second, 1 errors, 3 tasks completed',
    );
    expect(textReport(run)).toMatch(/^write +2 +1 +1\.0 +200\.0/m);
    const page = htmlReport({ ...run, target: '<script>' });
    expect(page).toContain('<svg');
    expect(page).toContain('&lt;script&gt;');
    expect(page).not.toMatch(/<script|src=|href=|@import|url\(/);
  });
});

describe('the options', () => {
  it('are checked', () => {
    expect(readOptions([], undefined)).toEqual({
      seconds: 20,
      clients: 16,
      out: '.data/load',
      target: undefined,
    });
    expect(() => readOptions(['--seconds', '0'], undefined)).toThrow(
      '--seconds takes a whole number from 1 to 600',
    );
    expect(() => readOptions(['--url', 'http://x'], 'p')).toThrow('go together');
    expect(() => readOptions(['--url', 'http://x', '--control-center', 'http://y'], undefined)).toThrow(
      'LOAD_PASSWORD',
    );
    expect(() => readOptions(['--colour'], undefined)).toThrow();
  });
});
