import { NickelError } from '../nickel-error.js';
import type { Span } from '../source.js';
import type { RecordValue } from '../eval/values.js';
import { ArrayValue, Thunk } from '../eval/values.js';
import { boundariesOf, charactersIn } from './characters.js';
import { recordOf } from './native.js';

const MAX_COMPILED = 100;
const compiled = new Map<string, RegExp>();

/**
 * A regular expression in Nickel's notation, with what JavaScript writes in another way translated. A contract checks
 * thousands of values with one expression, so the last ones are kept.
 * @throws NickelError where it is not valid
 */
export function compileRegex(pattern: string, flags: string, span: Span | undefined): RegExp {
  const key = `${flags}/${pattern}`;
  const known = compiled.get(key);
  if (known) return known;
  const regex = compile(pattern, flags, span);
  if (compiled.size >= MAX_COMPILED) compiled.clear();
  compiled.set(key, regex);
  return regex;
}

function compile(pattern: string, flags: string, span: Span | undefined): RegExp {
  let translated = translate(pattern);
  let all = flags;
  const leading = /^\(\?([ims]+)\)/.exec(translated);
  if (leading) {
    translated = translated.slice(leading[0].length);
    all += leading[1];
  }
  try {
    return new RegExp(translated, `${all}u`);
  } catch {
    throw new NickelError(
      'evaluation',
      `The regular expression ${JSON.stringify(pattern.slice(0, 80))} is not valid.`,
      {
        span,
      },
    );
  }
}

/** Classes are those of Unicode, and any punctuation may be escaped. */
function translate(pattern: string): string {
  const word = '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}';
  let inClass = false;
  return pattern.replaceAll(/\\(.)|\[|\]|\(\?P</gsu, (found: string, escaped: string | undefined) => {
    if (found === '(?P<') return inClass ? found : '(?<';
    if (found === '[') inClass = true;
    if (found === ']') inClass = false;
    if (escaped === 'd') return '\\p{Nd}';
    if (escaped === 'D') return '\\P{Nd}';
    if (escaped === 'w') return inClass ? word : `[${word}]`;
    if (escaped === 'W' && !inClass) return `[^${word}]`;
    if (escaped === 'A') return '^';
    if (escaped === 'z') return '$';
    // What "u" does not let be escaped stands for itself.
    if (escaped !== undefined && /[^\w\s]/.test(escaped) && !'^$\\.*+?()[]{}|/-'.includes(escaped))
      return escaped;
    if (escaped === '-' && !inClass) return '-';
    return found;
  });
}

/** The matches that begin and end between characters, not inside one. The expression must have the flag "g". */
export function* matches(regex: RegExp, text: string): Generator<RegExpExecArray> {
  const boundaries = boundariesOf(text);
  for (const match of text.matchAll(regex)) {
    if (!boundaries || (boundaries.has(match.index) && boundaries.has(match.index + match[0].length)))
      yield match;
  }
}

/** What was found, at which index (in characters), with its groups. */
export function matchRecord(text: string, match: RegExpExecArray | undefined): RecordValue {
  const groups = (match?.slice(1) ?? []).map((group) => Thunk.of(group ?? ''));
  return recordOf({
    matched: match?.[0] ?? '',
    index: match ? charactersIn(text.slice(0, match.index)).length : -1,
    groups: new ArrayValue(groups),
  });
}
