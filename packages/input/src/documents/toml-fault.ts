import type { TomlError } from 'smol-toml';

/** By the first words of the messages of the `smol-toml` library, which are written for programmers. */
const SENTENCES: readonly (readonly [string, string])[] = [
  ['control characters', 'A control character must be written as an escape.'],
  ['document contains an unsafe property', 'This name of a member is not allowed.'],
  ['document contains excessively nested', 'The values are nested too deeply.'],
  ['each key-value declaration', 'Each member must be on a line of its own.'],
  ['expected comma or end', 'A comma or the closing bracket is missing.'],
  ['expected end of table array', 'The closing "]]" is missing.'],
  ['illegal character in key', 'A name that contains this character must be in quotes.'],
  ['illegal empty bare key', 'The name of the member is missing.'],
  ['illegal leading zero', 'A number must not begin with 0.'],
  ['illegal quoted key', 'The name of a member must be on one line.'],
  ['illegal underscore', 'An underscore in a number must be between digits.'],
  ['illegal character in numeric', 'This is no number. A text must be in quotes.'],
  ['incomplete key-value', 'The name of a member must be followed by "=" and a value.'],
  ['integer value', 'This number is too large.'],
  ['invalid date', 'This is no valid date or time.'],
  ['invalid escape', 'This escape is unknown. Write the text in single quotes.'],
  ['invalid non-hex', 'This escape is unknown. Write the text in single quotes.'],
  ['invalid unicode', 'This escape is unknown. Write the text in single quotes.'],
  ['unrecognised escape', 'This escape is unknown. Write the text in single quotes.'],
  ['invalid value', 'The value is missing or not valid. A text must be in quotes.'],
  ['trying to redefine', 'This member is defined twice.'],
  ['unexpected end of key', 'The name of a member must be followed by "=" and a value.'],
  ['unfinished array', 'The closing "]" is missing.'],
  ['unfinished numeric', 'This is no number. A text must be in quotes.'],
  ['unfinished string', 'The closing quote is missing.'],
  ['unfinished table', 'The closing "}" is missing.'],
];

/** What is wrong with a TOML text, in a sentence. */
export function tomlFaultSentence({ message }: TomlError): string {
  const said = message.replace(/^Invalid TOML document: /, '');
  return SENTENCES.find(([beginning]) => said.startsWith(beginning))?.[1] ?? 'This is not expected here.';
}
