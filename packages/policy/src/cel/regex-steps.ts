/** A literal run, an escape, a class, flags, a group's beginning, a counted repetition, or one character. */
const TOKEN =
  /\\Q[^]*?(?:\\E|$)|\\[pPx]\{[^}]*\}|\\[pPx][^]|\\[^]|\[\^?\]?(?:\\[^]|\[:\^?\w+:\]|[^\]\\])*\]|\(\?[a-zA-Z-]*\)|\(\?[^:>)]*[:>]|\{\d+(?:,\d*)?\}|[^]/gu;
const COUNTED = /^\{(\d+)(,(\d*))?\}$/;
const NO_STEP = /^(?:[*+?]|\(\?[a-zA-Z-]*\))$/;

/**
 * Returns the number of steps of a regular expression with its counted repetitions written out: `(a{0,500}){0,2}` has
 * 1000. RE2 takes time proportional to that number times the length of the text. The pattern must be valid RE2.
 */
export function regexSteps(pattern: string): number {
  const enclosing: number[] = [];
  let steps = 0;
  /** The steps that a repetition would repeat. */
  let last = 0;
  for (const [token] of pattern.matchAll(TOKEN)) {
    const counted = COUNTED.exec(token);
    if (counted) {
      steps += last * (timesOf(counted) - 1);
    } else if (token === ')') {
      // Even an empty group is a step: otherwise any number of empty groups would count as nothing.
      last = Math.max(1, steps);
      steps = last + (enclosing.pop() ?? 0);
    } else if (!NO_STEP.test(token)) {
      if (token.startsWith('(')) {
        enclosing.push(steps);
        steps = 0;
      } else {
        last = token.startsWith('\\Q') ? token.length : 1;
        steps += last;
      }
    }
  }
  return steps;
}

function timesOf([, least = '0', range, most]: RegExpExecArray): number {
  if (range === undefined) return Math.max(1, Number(least));
  return Math.max(1, most === undefined || most === '' ? Number(least) + 1 : Number(most));
}
