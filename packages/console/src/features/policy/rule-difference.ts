import type { PolicyRule } from '@provisioning/contracts';

/** Rules of two versions side by side; undefined where a version lacks the rule. */
export interface RulePair {
  before: PolicyRule | undefined;
  after: PolicyRule | undefined;
}

/** Aligns the rules of two versions: equal rules stand beside each other, in the order of both. */
export function alignRules(before: readonly PolicyRule[], after: readonly PolicyRule[]): RulePair[] {
  const [a, b] = [before.map(keyOf), after.map(keyOf)];
  const lengths = commonLengths(a, b);
  const pairs: RulePair[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      pairs.push({ before: before[i++], after: after[j++] });
    } else if (j >= b.length || (i < a.length && lengths[i + 1]![j]! >= lengths[i]![j + 1]!)) {
      pairs.push({ before: before[i++], after: undefined });
    } else {
      pairs.push({ before: undefined, after: after[j++] });
    }
  }
  return pairs;
}

const keyOf = ({ effect, resource, action, condition, approval }: PolicyRule) =>
  JSON.stringify([effect, resource, action, condition, approval]);

/** The length of the longest common subsequence of what follows each pair of places. */
function commonLengths(a: readonly string[], b: readonly string[]): number[][] {
  const lengths = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      lengths[i]![j] =
        a[i] === b[j] ? lengths[i + 1]![j + 1]! + 1 : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!);
    }
  }
  return lengths;
}
