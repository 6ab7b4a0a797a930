import { formatNumber, parseDecimal } from '../data/number.js';
import { compareText } from '../data/text.js';
import { textOf } from '../eval/interpolation.js';
import { Thunk, type Value } from '../eval/values.js';
import { charactersIn, occurrences } from './characters.js';
import { type Call, type Native, tag } from './native.js';
import { compileRegex, matches, matchRecord } from './regex.js';

function strings(call: Call, texts: readonly string[]): Value {
  return call.items(texts.map((text) => Thunk.of(text)));
}

/** The text of an argument. @throws NickelError if it has none */
export function stringify(call: Call, index: number): string {
  const value = call.value(index);
  const text = textOf(value);
  if (text === undefined)
    throw call.mustBe(index, 'a string, a number, a boolean, an enum tag or null', value);
  return text;
}

function join(call: Call): string {
  const separator = call.string(0);
  const texts = call.array(1).map((item) => {
    const value = call.machine.force(item);
    if (typeof value !== 'string') throw call.fault(1, 'must be an array of strings');
    return value;
  });
  const length = texts.reduce((sum, text) => sum + text.length + separator.length, 0);
  call.machine.charge(length);
  return texts.join(separator);
}

function substring(call: Call): string {
  const [start, end, text] = [call.natural(0), call.natural(1), call.string(2)];
  const all = charactersIn(text);
  if (start > end) throw call.fault(0, `must not be greater than ${end}, the end of the substring`);
  if (end > all.length)
    throw call.fault(1, `must not be greater than ${all.length}, the length of the string`);
  return all.slice(start, end).join('');
}

function replace(call: Call): string {
  const [part, replacement, text] = [call.string(0), call.string(1), call.string(2)];
  let result = '';
  let end = 0;
  for (const at of occurrences(part, text)) {
    result += text.slice(end, at) + replacement;
    end = at + part.length;
    call.machine.charge(replacement.length);
  }
  call.machine.charge(text.length);
  return result + text.slice(end);
}

function replaceRegex(call: Call): string {
  const [replacement, text] = [call.string(1), call.string(2)];
  let result = '';
  let end = 0;
  for (const match of matches(regex(call, 0), text)) {
    call.machine.charge(replacement.length);
    result += text.slice(end, match.index) + replacement;
    end = match.index + match[0].length;
  }
  return result + text.slice(end);
}

function toNumber(call: Call): Value {
  const number = parseDecimal(call.string(0));
  if (number === undefined) throw call.fault(0, 'must be the text of a number');
  return number;
}

function toBool(call: Call): Value {
  const text = call.string(0);
  if (text !== 'true' && text !== 'false') throw call.fault(0, 'must be "true" or "false"');
  return text === 'true';
}

function regex(call: Call, index: number): RegExp {
  return compileRegex(call.string(index), 'g', call.thunk(index).span);
}

function firstMatch(call: Call): RegExpExecArray | undefined {
  for (const match of matches(regex(call, 0), call.string(1))) return match;
  return undefined;
}

function findAll(call: Call): Value {
  const text = call.string(1);
  return call.items(Array.from(matches(regex(call, 0), text), (match) => Thunk.of(matchRecord(text, match))));
}

interface Base64 {
  encoding: 'base64' | 'base64url';
  padded: boolean;
}

const BASE64: ReadonlyMap<string, Base64> = new Map([
  ['Standard', { encoding: 'base64', padded: true }],
  ['NoPad', { encoding: 'base64', padded: false }],
  ['UrlSafe', { encoding: 'base64url', padded: true }],
  ['UrlSafeNoPad', { encoding: 'base64url', padded: false }],
]);

function base64(call: Call): Base64 {
  const variant = BASE64.get(call.enum(0).tag);
  if (variant) return variant;
  throw call.fault(0, "must be 'Standard, 'NoPad, 'UrlSafe or 'UrlSafeNoPad");
}

function toBase64(bytes: Uint8Array, { encoding, padded }: Base64): string {
  const text = Buffer.from(bytes).toString(encoding).replace(/=+$/, '');
  return padded ? text.padEnd(Math.ceil(text.length / 4) * 4, '=') : text;
}

function decodeBase64(call: Call): string {
  const [variant, text] = [base64(call), call.string(1)];
  const bytes = Buffer.from(text, variant.encoding);
  // The decoder of Node.js skips what is not base64, so only a text that it would write itself is accepted.
  if (toBase64(bytes, variant) !== text)
    throw call.fault(1, `must be base64 of the kind '${call.enum(0).tag}`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw call.fault(1, 'must be the base64 of a UTF-8 text');
  }
}

const trim = (text: string): string => text.replace(/^[\s\u0085]+|[\s\u0085]+$/gu, '');

export const STRING: Readonly<Record<string, Native>> = {
  base64_decode: [2, 'The text of a base64 string of a kind.', decodeBase64],
  base64_encode: [
    2,
    "The base64 of a text: 'Standard, 'NoPad, 'UrlSafe or 'UrlSafeNoPad.",
    (c) => toBase64(Buffer.from(c.string(1), 'utf8'), base64(c)),
  ],
  characters: [1, 'The characters of a string.', (c) => strings(c, charactersIn(c.string(0)))],
  compare: [
    2,
    "'Lesser, 'Equal or 'Greater, by code points.",
    (c) => {
      const order = compareText(c.string(0), c.string(1));
      return tag(order < 0 ? 'Lesser' : order > 0 ? 'Greater' : 'Equal');
    },
  ],
  contains: [
    2,
    'Whether the second string contains the first.',
    (c) => occurrences(c.string(0), c.string(1)).length > 0,
  ],
  find: [
    2,
    'The first match of a regular expression: matched, index and groups.',
    (c) => matchRecord(c.string(1), firstMatch(c)),
  ],
  find_all: [2, 'All matches of a regular expression.', findAll],
  from: [1, 'The text of a string, number, boolean, enum tag or null.', (c) => stringify(c, 0)],
  from_bool: [1, 'The text of a boolean.', (c) => String(c.boolean(0))],
  from_enum: [1, 'The name of an enum tag.', (c) => c.enum(0).tag],
  from_number: [1, 'The text of a number.', (c) => formatNumber(c.number(0))],
  is_match: [2, 'Whether a regular expression matches.', (c) => firstMatch(c) !== undefined],
  join: [2, 'The strings of an array with a separator between them.', join],
  length: [1, 'The number of characters.', (c) => charactersIn(c.string(0)).length],
  lowercase: [1, 'The string in lower case.', (c) => c.string(0).toLowerCase()],
  replace: [3, 'The third string with each occurrence of the first replaced by the second.', replace],
  replace_regex: [3, 'The third string with each match of the first replaced by the second.', replaceRegex],
  split: [
    2,
    'The parts of the second string between occurrences of the first.',
    (c) => strings(c, split(c.string(0), c.string(1))),
  ],
  substring: [3, 'The characters from an index up to, but without, another.', substring],
  to_bool: [1, 'The boolean of "true" or "false".', toBool],
  to_enum: [1, 'The enum tag of that name.', (c) => tag(c.string(0))],
  to_number: [1, 'The number of its text.', toNumber],
  trim: [1, 'The string without blanks at its ends.', (c) => trim(c.string(0))],
  uppercase: [1, 'The string in upper case.', (c) => c.string(0).toUpperCase()],
};

function split(separator: string, text: string): string[] {
  return separator === '' ? charactersIn(text) : splitAt(separator, text);
}

function splitAt(separator: string, text: string): string[] {
  const parts: string[] = [];
  let end = 0;
  for (const at of occurrences(separator, text)) {
    parts.push(text.slice(end, at));
    end = at + separator.length;
  }
  // As in Nickel, there is no empty part after a separator at the end.
  return end === text.length ? parts : [...parts, text.slice(end)];
}
