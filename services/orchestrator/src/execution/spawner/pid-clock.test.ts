import { describe, expect, it } from '@jest/globals';
import { inRange, PidClock, type PidRange } from './pid-clock.js';

const MAX = 32_768;

/** A machine that assigns the ids that the test sets. */
function machine({ cores = 2 } = {}) {
  const state = { pid: 1_000 as number | undefined, now: 0 };
  const clock = new PidClock({ lastPid: () => state.pid, now: () => state.now, maxPid: MAX, cores });
  clock.look();
  return { state, clock };
}
const ids = (range: PidRange | undefined, candidates: number[]) =>
  range && candidates.filter((pid) => inRange(pid, range));

describe('the ids that were assigned since a mark', () => {
  it('are those above the first, up to the last', () => {
    const { state, clock } = machine();
    const began = clock.look();
    state.pid = 1_003;
    expect(ids(clock.between(began, clock.look()), [999, 1_000, 1_001, 1_003, 1_004])).toEqual([
      1_001, 1_003,
    ]);
  });

  it('are none if nothing was started', () => {
    const { clock } = machine();
    expect(clock.between(clock.look(), clock.look())).toMatchObject({ count: 0 });
  });

  it('wrap around at the maximum, above the ids that the kernel reserves', () => {
    const { state, clock } = machine();
    state.pid = MAX - 2;
    const began = clock.look();
    state.pid = 301;
    const range = clock.between(began, clock.look());
    expect(range?.count).toBe(3);
    expect(ids(range, [MAX - 2, MAX - 1, 300, 301, 302, 5_000])).toEqual([MAX - 1, 300, 301]);
  });

  it('may be any after a complete wrap-around', () => {
    const { state, clock } = machine();
    const began = clock.look();
    for (const pid of [12_000, 24_000, 500]) {
      state.now += 100;
      state.pid = pid;
      expect(clock.between(began, clock.look())).toBeDefined();
    }
    state.now += 100;
    state.pid = 1_200;
    expect(clock.between(began, clock.look())).toBeUndefined();
  });

  it('may be any if a wrap-around was possible between two readings', () => {
    const { state, clock } = machine();
    const began = clock.look();
    state.now += clock.maxGapMs;
    state.pid = 1_001;
    const late = clock.look();
    expect(clock.between(began, late)).toBeUndefined();
    state.pid = 1_002;
    expect(clock.between(late, clock.look())).toMatchObject({ count: 1 });
  });

  it('are read more often on a machine with many cores', () => {
    expect(machine({ cores: 64 }).clock.maxGapMs).toBeLessThan(machine().clock.maxGapMs / 30);
  });

  it('may be any if the machine does not report them', () => {
    const { state, clock } = machine();
    const began = clock.look();
    state.pid = undefined;
    expect(clock.between(began, clock.look())).toBeUndefined();
    state.pid = 1_001;
    expect(clock.between(began, clock.look())).toBeUndefined();
  });
});
