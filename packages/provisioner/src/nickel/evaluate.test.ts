import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toPlain } from '@provisioning/input/documents';
import { evaluateNickel } from './evaluate.js';

const read = (text: string): unknown => toPlain(evaluateNickel(text));

describe('plain data in Nickel', () => {
  it.each<[string, unknown]>([
    ['{}', {}],
    ['[]', []],
    ['# a comment\n{ # another\n a = 1, # last\n}', { a: 1 }],
    ['{ a = 1, b.c = "x", "quoted name" = \'tag }', { a: 1, b: { c: 'x' }, 'quoted name': 'tag' }],
    ['[1, [2,], { a = [3] },]', [1, [2], { a: [3] }]],
    ['[true, false, null]', [true, false, null]],
    ['[0, 12, 1.5, .5, 1e3, 2E-2, 0x1F, 0o17, 0b101]', [0, 12, 1.5, 0.5, 1000, 0.02, 31, 15, 5]],
    ['[-3, - 3, -0.5]', [-3, -3, -0.5]],
    [
      "{ a-b = 1, _x = 2, __y' = 3, tier_1 = 4, trueish = 5 }",
      { 'a-b': 1, _x: 2, "__y'": 3, tier_1: 4, trueish: 5 },
    ],
    ['[\'debian, \'a-b, \'"any text", \'"%"]', ['debian', 'a-b', 'any text', '%']],
    ['"\\\\ \\" \\n \\t \\r \\% \\x41 100% \\%{x}"', '\\ " \n \t \r % A 100% %{x}'],
    ['"one\ntwo"', 'one\ntwo'],
    ['"ü 😀"', 'ü 😀'],
    ['{ a.b.c = 1, a.b.d = 2, a = { e = 3 } }', { a: { b: { c: 1, d: 2 }, e: 3 } }],
    ['{ a = 1, a = 1, b = [1, { c = 2 }], b = [1, { c = 2 }] }', { a: 1, b: [1, { c: 2 }] }],
    ['{ "a.b" = 1, "let" = 2 }', { 'a.b': 1, let: 2 }],
    ['{ network."ntp server" = null }', { network: { 'ntp server': null } }],
    ['{ __proto__ = { a = 1 } }', JSON.parse('{"__proto__":{"a":1}}')],
    ['{ a = "{ not = \'data } # no comment" }', { a: "{ not = 'data } # no comment" }],
  ])('reads %s', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it.each<[string, string, string]>([
    ['common indentation', 'm%"\n    a\n      b\n\n    c\n  "%', 'a\n  b\n\nc'],
    ['no escapes', 'm%"no \\n escapes"%', 'no \\n escapes'],
    ['nothing', 'm%""%', ''],
    ['a first line that is not blank', 'm%"a\n  b"%', 'a\n  b'],
    ['quotes and percents', 'm%"\n  say "hi" 100% "x\n"%', 'say "hi" 100% "x'],
    ['more percents', 'm%%"literal %{no} and "% inside"%%', 'literal %{no} and "% inside'],
    ['tabs as one column each', 'm%"\n\ta\n\t\tb\n"%', 'a\n\tb'],
  ])('reads multi-line strings: %s', (_, text, expected) => {
    expect(read(text)).toBe(expected);
  });

  it('reads back every JSON value that is printed as Nickel', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        const clean = JSON.parse(JSON.stringify(value)) as unknown; // JSON has no -0
        expect(read(print(clean))).toEqual(clean);
      }),
      { numRuns: 500 },
    );
  });

  it('reads back every text that is written as a multi-line string', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '"', '%', '{', '\\', ' ', '\n', 'm') }), (text) => {
        // The first and the last line are not blank and not indented, so that no part of the text is removed.
        const content = `|${text}|`;
        const signs = '%'.repeat(Math.max(0, ...[...content.matchAll(/%+/g)].map(([run]) => run.length)) + 1);
        expect(read(`m${signs}"${content}"${signs}`)).toBe(content);
      }),
    );
  });
});

function print(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(print).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{ ${Object.entries(value)
      .map(([name, field]) => `${printText(name)} = ${print(field)},`)
      .join('\n')} }`;
  }
  // Whole numbers that are too large to be exact are refused if they are written in digits.
  if (typeof value === 'number')
    return Number.isInteger(value) && !Number.isSafeInteger(value) ? value.toExponential() : String(value);
  return typeof value === 'string' ? printText(value) : String(value);
}

function printText(text: string): string {
  return `"${text.replace(/["\\%]/g, '\\$&')}"`;
}
