import { parse, TomlError } from 'smol-toml';
import type { Located } from '../source/located.js';
import { MAX_DEPTH, SourceError } from '../source/source-error.js';

/** TOML 1.0; its parser keeps no places, so faults found later name the path alone. @throws SourceError */
export function parseToml(text: string): Located {
  try {
    return locate(parse(text, { maxDepth: MAX_DEPTH }), 0);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw new SourceError(
      `Invalid TOML document: ${reasonOf(error)}`,
      offsetAt(text, error.line, error.column),
    );
  }
}

function locate(value: unknown, depth: number): Located {
  if (depth > MAX_DEPTH)
    throw new SourceError(`Values are nested more than ${MAX_DEPTH} levels deep.`, undefined);
  if (Array.isArray(value)) return { kind: 'array', items: value.map((item) => locate(item, depth + 1)) };
  if (value instanceof Date || typeof value !== 'object' || value === null) {
    return { kind: 'scalar', value: value as Date | string | number | boolean };
  }
  const fields = Object.entries(value).map(
    ([name, field]) => [name, { value: locate(field, depth + 1) }] as const,
  );
  return { kind: 'record', fields: new Map(fields) };
}

function offsetAt(text: string, line: number, column: number): number {
  const before = text.split('\n').slice(0, line - 1);
  return before.reduce((length, { length: own }) => length + own + 1, 0) + column - 1;
}

/** By what the library's messages begin with; they are for programmers. */
const REASONS: readonly (readonly [string, string])[] = [
  ['control characters', 'a control character must be written as an escape.'],
  ['document contains an unsafe property', 'this name of a member is not allowed.'],
  ['document contains excessively nested', 'the values are nested too deep.'],
  ['each key-value declaration', 'each member must be on a line of its own.'],
  ['expected comma or end', 'a comma or the closing bracket is missing.'],
  ['expected end of table array', 'the closing "]]" is missing.'],
  ['illegal character in key', 'a name that holds this character must be in quotes.'],
  ['illegal empty bare key', 'the name of the member is missing.'],
  ['illegal leading zero', 'a number must not begin with 0.'],
  ['illegal quoted key', 'the name of a member must be on one line.'],
  ['illegal underscore', 'an underscore in a number must be between digits.'],
  ['illegal character in numeric', 'this is no number. A text must be in quotes.'],
  ['incomplete key-value', 'the name of a member must be followed by "=" and a value.'],
  ['integer value', 'this number is too large.'],
  ['invalid date', 'this is no valid date or time.'],
  ['invalid escape', 'this escape is not known. Write the text in single quotes.'],
  ['invalid non-hex', 'this escape is not known. Write the text in single quotes.'],
  ['invalid unicode', 'this escape is not known. Write the text in single quotes.'],
  ['unrecognised escape', 'this escape is not known. Write the text in single quotes.'],
  ['invalid value', 'the value is missing or not valid. A text must be in quotes.'],
  ['trying to redefine', 'this member is there twice.'],
  ['unexpected end of key', 'the name of a member must be followed by "=" and a value.'],
  ['unfinished array', 'the closing "]" is missing.'],
  ['unfinished numeric', 'this is no number. A text must be in quotes.'],
  ['unfinished string', 'the closing quote is missing.'],
  ['unfinished table', 'the closing "}" is missing.'],
];

function reasonOf({ message }: TomlError): string {
  const said = message.replace(/^Invalid TOML document: /, '');
  return REASONS.find(([beginning]) => said.startsWith(beginning))?.[1] ?? 'this is not expected here.';
}
