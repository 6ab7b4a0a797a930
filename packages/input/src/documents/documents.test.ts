import { describe, expect, it } from '@jest/globals';
import { decodeText } from './decode-text.js';
import { offsetOf, offsetOfName, toPlain } from './located.js';
import { parseDocument, type DocumentFormat } from './parse-document.js';
import { atPlace, positionAt } from './position.js';
import { withoutSharedParts } from './shared-parts.js';
import { SourceError } from './source-error.js';

/** The message of a command about a file with these bytes; undefined if it is valid. */
function faultOf(format: DocumentFormat, bytes: Uint8Array | string): string | undefined {
  const decoded = decodeText(Buffer.from(bytes));
  if ('fault' in decoded) return atPlace('file', decoded.fault, decoded.fault.message);
  try {
    parseDocument(decoded.text, format);
    return undefined;
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    const { offset, message } = error;
    return atPlace('file', offset === undefined ? {} : positionAt(decoded.text, offset), message);
  }
}

const read = (format: DocumentFormat, text: string) => toPlain(parseDocument(text, format));

/** Words that only programmers of a library know. */
const LIBRARY =
  /YAML\.|parseAll|Symbol|Error|mapAsMap|tag:yaml|implicit|flow|scalar|collection|token|Invalid TOML|bare key/i;

const utf16 = (text: string, mark = '\ufeff') => Buffer.from(mark + text, 'utf16le');
const NOT_UTF8 = 'The file must be text in UTF-8, but this character is not. Save it as UTF-8.';
const UTF16 = 'The file must be text in UTF-8, but is UTF-16. Save it as UTF-8.';
const EXACT = 'Whole numbers must be from -9007199254740991 to 9007199254740991. A text must be in quotes.';
const KIND = 'This value is neither a text, a number, true, false nor null. A text must be in quotes.';
const TAG = 'This tag is unknown, or the value does not fit it. Remove the tag.';
const MERGE = '"<<" must be followed by a record, by an alias of one, or by a list of these.';

type Row = [format: DocumentFormat, bytes: Uint8Array | string, fault: string];

const OF_ALL_FORMATS: Row[] = (['json', 'yaml', 'toml'] as const).flatMap((format): Row[] => [
  [format, '', '1:1: The file is empty.'],
  [format, '\ufeff', '1:1: The file is empty.'],
  [format, ' \n\t\n', '1:1: The file is empty.'],
  [format, utf16('a = 1'), `1:1: ${UTF16}`],
  [format, utf16('a: 1', ''), `1:1: ${UTF16}`],
  [format, utf16('{"a": 1}').swap16(), `1:1: ${UTF16}`],
  [format, Buffer.from('a: 1\nb: "é"', 'latin1'), `2:5: ${NOT_UTF8}`],
  [format, Buffer.from([0x61, 0x0a, 0xc3, 0x0a]), `2:1: ${NOT_UTF8}`],
]);

const OF_JSON: Row[] = [
  ['json', '{"a": 1,\n "b": {"c": 1, "c": 2}}', '2:16: The member "c" is defined twice.'],
  ['json', '{"a": 1, "\\u0061": 2}', '1:10: The member "a" is defined twice.'],
  ['json', '{"a": [1}', '1:9: A comma or a closing bracket is missing.'],
  ['json', '{"a": [1', '1:9: The closing "]" is missing.'],
  ['json', '{"a": 1', '1:8: The closing "}" is missing.'],
  ['json', '{"a" 1}', '1:6: The name of a member must be followed by ":".'],
  ['json', '{"a": x}', '1:7: This is not a value. A text must be in double quotes.'],
  ['json', '{"a": "x}', '1:7: The closing quote is missing.'],
  ['json', '{"a": "\\q"}', '1:7: This escape is unknown.'],
  ['json', '{"a": 1} {}', '1:10: The file must contain one value, but there is more text after it.'],
  ['json', '{ // why\n}', '1:3: JSON has no comments. Remove this one.'],
  ['json', '{"a": 12345678901234567890}', `1:7: ${EXACT}`],
  ['json', '{"a": 1e999}', '1:7: Infinity and "not a number" are not allowed.'],
];

const OF_YAML: Row[] = [
  ['yaml', '# nothing\n', '1:1: The file is empty.'],
  ['yaml', 'a: 1\nb: 2\na: 3', '3:1: The member "a" is defined twice.'],
  ['yaml', '{"a": 1, "b": {"c": 1, "c": 2}}', '1:24: The member "c" is defined twice.'],
  ['yaml', 'a: !secret x\n', `1:4: ${TAG}`],
  ['yaml', 'a:\n  - !secret {b: 1}\n', `2:5: ${TAG}`],
  ['yaml', '%YAML 1.1\n---\na: !secret x\n', `3:4: ${TAG}`],
  ['yaml', '!secret a: 1\n', `1:1: ${TAG}`],
  ['yaml', 'a: !!int x\n', `1:4: ${TAG}`],
  ['yaml', 'a: !!binary aGk=\n', `1:13: ${TAG}`],
  ['yaml', '%YAML 1.1\n---\na: !!set {x}\n', `3:10: ${TAG}`],
  ['yaml', '%YAML 1.1\n---\na: !!omap [x: 1]\n', `3:11: ${TAG}`],
  ['yaml', '%YAML 1.1\n---\na: 2001-12-14\n', `3:4: ${KIND}`],
  [
    'yaml',
    'a: 1\n---\nb: 2\n',
    '2:1: The file must contain one document, but a line "---" begins another one.',
  ],
  ['yaml', 'a: *x\n', '1:4: This alias has no anchor. The anchor must precede it.'],
  ['yaml', 'a: *x\nb: &x 1\n', '1:4: This alias has no anchor. The anchor must precede it.'],
  ['yaml', '\ta: 1\n', '1:1: Lines must be indented with blanks, not with tabs.'],
  ['yaml', 'a: b: c\n', '1:4: A text that contains ": " must be in quotes'],
  ['yaml', 'a: [1\n', '2:1: The indentation does not fit'],
  ['yaml', 'a: @b\n', '1:4: A text that begins with this character must be in quotes.'],
  ['yaml', 'a: "x\n', '2:1: A character is missing'],
  ['yaml', '%ODD\n---\na: 1\n', '1:1: A line that begins with "%" is a directive'],
  ['yaml', '? [1, 2]\n: 3\n', '1:3: The name of a member must be a text.'],
  ['yaml', '~: 3\n', '1:1: The name of a member must be a text.'],
  ['yaml', 'a: "\\q"\n', '1:5: This escape is unknown'],
  ['yaml', 'a: .inf\n', '1:4: Infinity and "not a number" are not allowed.'],
  ['yaml', 'a: 0xffffffffffffffffff\n', `1:4: ${EXACT}`],
  ['yaml', 'a:\n  <<: 1\n', `2:3: ${MERGE}`],
  ['yaml', 'a:\n  <<: [{b: 1}, 2]\n', `2:3: ${MERGE}`],
  ['yaml', '<<: {a: 1}\n<<: {b: 1}\n', '2:1: The member "<<" is defined twice. Write it once, with a list.'],
];

const OF_TOML: Row[] = [
  ['toml', 'a = 1\na = 2', '2:1: This member is defined twice.'],
  ['toml', 'a = \n', '1:5: The value is missing or not valid. A text must be in quotes.'],
  ['toml', 'a = x\n', '1:5: The value is missing or not valid. A text must be in quotes.'],
  ['toml', 'a = "x', '1:5: The closing quote is missing.'],
  ['toml', 'a = [1\n', '2:1: A comma or the closing bracket is missing.'],
  ['toml', 'a = 1 b = 2\n', '1:7: Each member must be on a line of its own.'],
  ['toml', 'a b = 1\n', '1:3: A name that contains this character must be in quotes.'],
  ['toml', 'a = 12345678901234567890\n', '1:5: This number is too large.'],
  ['toml', 'a = inf\n', '1:5: Infinity and "not a number" are not allowed.'],
];

describe('a file that is not valid is refused with position and explanation', () => {
  it.each([...OF_ALL_FORMATS, ...OF_JSON, ...OF_YAML, ...OF_TOML])('%s %j', (format, bytes, fault) => {
    const found = faultOf(format, bytes);
    expect(found?.slice(0, fault.length + 5)).toBe(`file:${fault}`);
    expect(found).not.toMatch(LIBRARY);
  });

  it.each<[DocumentFormat, string]>([
    ['json', '['.repeat(400_000)],
    ['json', '['.repeat(2000) + ']'.repeat(2000)],
    ['yaml', '['.repeat(100_000)],
    ['yaml', 'a: &a [*a]'],
    ['toml', `a = ${'['.repeat(100_000)}`],
  ])('%s that is nested without end', (format, text) => {
    expect(faultOf(format, text)).toMatch(/nested|indentation/);
  });

  it('YAML whose aliases multiply', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let n = 1; n < 10; n++) lines.push(`a${n}: &a${n} [${`*a${n - 1}, `.repeat(10)}]`);
    expect(faultOf('yaml', lines.join('\n'))).toMatch(/^file:\d+:\d+: With its aliases written out/);
  });
});

describe('YAML', () => {
  it('follows aliases to the last anchor before them', () => {
    expect(read('yaml', 'a: &x {b: 1}\nc: *x\nd: &x 2\ne: *x\n')).toEqual({
      a: { b: 1 },
      c: { b: 1 },
      d: 2,
      e: 2,
    });
  });

  it.each(['', '%YAML 1.1\n---\n', '%YAML 1.2\n---\n'])(
    'merges what "<<" refers to, after %j',
    (beginning) => {
      const text = `${beginning}x-a: &a {plan: small, zone: one, labels: {of: a}}
x-b: &b {plan: large, image: debian}
one: {<<: *a, zone: two}
several: {zone: three, <<: [*a, *b]}
written: {<<: {plan: own}}
of merged: {<<: &c {<<: *b, zone: four}}
`;
      expect(read('yaml', text)).toMatchObject({
        one: { plan: 'small', zone: 'two', labels: { of: 'a' } },
        several: { plan: 'small', zone: 'three', image: 'debian', labels: { of: 'a' } },
        written: { plan: 'own' },
        'of merged': { plan: 'large', image: 'debian', zone: 'four' },
      });
    },
  );

  it('reads "<<" in quotes as a name, and unquoted names as they are written', () => {
    expect(read('yaml', '"<<": {a: 1}\n')).toEqual({ '<<': { a: 1 } });
    expect(read('yaml', '1.0: a\ntrue: b\n')).toEqual({ '1.0': 'a', true: 'b' });
  });

  it('reports merged values at their own position', () => {
    const text = 'x: &a\n  plan: 1\ny:\n  <<: *a\n';
    expect(positionAt(text, offsetOf(parseDocument(text, 'yaml'), ['y', 'plan']) ?? 0)).toEqual({
      line: 2,
      column: 9,
    });
  });
});

const TOML = String.raw`name = "a"
quoted."x.y" = 1
text = """
[none]
of = "these" \"""" # five quotes: """
raw = '''it's ''''
inline = { deep = [1, { "k\u0065y" = 2 }], 'raw' = 3 }
when = 2026-01-01 12:00:00
list = [
  "a]", # ]
  [ 'b' ],
]

[table]
key = 1
[table."1.0".sub]
key = 2
[[many]]
key = 3
  [[many]] # the second
  key = 4
  [many.under]
  key = 5
  [[many.each]]
  key = 6`;

describe('TOML', () => {
  const located = parseDocument(TOML.replaceAll('\n', '\r\n'), 'toml');
  const text = TOML.replaceAll('\n', '\r\n');

  it.each([
    [['name'], '1:1', '1:8'],
    [['quoted', 'x.y'], '2:8', '2:16'],
    [['text'], '3:1', '3:8'],
    [['raw'], '6:1', '6:7'],
    [['inline', 'deep', 0], '7:20', '7:20'],
    [['inline', 'deep', 1, 'key'], '7:25', '7:38'],
    [['inline', 'raw'], '7:44', '7:52'],
    [['when'], '8:1', '8:8'],
    [['list', 0], '10:3', '10:3'],
    [['list', 1, 0], '11:5', '11:5'],
    [['table', 'key'], '15:1', '15:7'],
    [['table', '1.0'], '16:8', '16:8'],
    [['table', '1.0', 'sub', 'key'], '17:1', '17:7'],
    [['many', 0, 'key'], '19:1', '19:7'],
    [['many', 1], '20:3', '20:3'],
    [['many', 1, 'key'], '21:3', '21:9'],
    [['many', 1, 'under', 'key'], '23:3', '23:9'],
    [['many', 1, 'each', 0, 'key'], '25:3', '25:9'],
    [['many', 1, 'absent'], '20:3', '20:3'],
  ])('keeps the place of %j', (path, name, value) => {
    const shown = (offset: number | undefined) => atPlace('', positionAt(text, offset ?? 0), '').slice(1, -2);
    expect(shown(offsetOfName(located, path))).toBe(name);
    expect(shown(offsetOf(located, path))).toBe(value);
  });
});

describe('shared parts', () => {
  it('and $schema are left out at the top level only', () => {
    const root = parseDocument('{"$schema": "s", "x-a": 1, "b": {"x-a": 2, "$schema": 3}, "x": 4}', 'json');
    expect(toPlain(withoutSharedParts(root))).toEqual({ b: { 'x-a': 2, $schema: 3 }, x: 4 });
  });
});
