import type { Contender } from '../../compare.js';

/** The contenders of a work; the first is the reference of the others. */
export function inOrder([first, ...others]: readonly Contender[]): readonly [Contender, ...Contender[]] {
  if (first === undefined) throw new Error('There is no contender to compare with.');
  return [first, ...others];
}
