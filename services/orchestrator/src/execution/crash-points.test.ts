import { describe, expect, it, jest } from '@jest/globals';
import { CrashPoints, parseCrashAt } from './crash-points.js';

describe('a crash point', () => {
  it('kills at the configured pass of its place only', () => {
    const die = jest.fn();
    const points = new CrashPoints({ point: 'after-claim', passing: 2 }, die);
    points.pass('after-claim');
    points.pass('before-finish');
    expect(die).not.toHaveBeenCalled();
    points.pass('after-claim');
    expect(die).toHaveBeenCalledTimes(1);
  });

  it('does nothing unless it is configured', () => {
    const die = jest.fn();
    new CrashPoints(undefined, die).pass('after-claim');
    expect(die).not.toHaveBeenCalled();
  });

  it.each([
    ['after-spawn:3', { point: 'after-spawn', passing: 3 }],
    ['after-spawn', { point: 'after-spawn', passing: 1 }],
    ['after-spawn:0', undefined],
    ['nowhere:1', undefined],
  ])('reads %s', (text, expected) => {
    expect(parseCrashAt(text)).toEqual(expected);
  });
});
