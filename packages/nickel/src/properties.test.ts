import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toPlain } from './data/serialize.js';
import { evaluateText } from './evaluate.js';
import { NickelError } from './nickel-error.js';
import { parse } from './syntax/parser.js';

const value = (text: string): unknown => toPlain(evaluateText(text));

function errorOf(run: () => unknown): NickelError | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof NickelError) return error;
    throw error;
  }
}

/** Records of fields with priorities; the values of one name and priority are equal. */
const record = fc
  .dictionary(
    fc.constantFrom('a', 'b', 'c', 'd'),
    fc.constantFrom('default', 'priority 1', 'priority 2', 'force'),
  )
  .map((fields) => {
    const texts = Object.entries(fields).map(
      ([name, priority]) => `${name} | ${priority} = "${name} ${priority}"`,
    );
    return `{ ${texts.join(', ')} }`;
  });

describe('merging', () => {
  it('is commutative', () => {
    fc.assert(
      fc.property(record, record, (a, b) => expect(value(`${a} & ${b}`)).toEqual(value(`${b} & ${a}`))),
      { numRuns: 50 },
    );
  });

  it('is associative', () => {
    fc.assert(
      fc.property(record, record, record, (a, b, c) =>
        expect(value(`(${a} & ${b}) & ${c}`)).toEqual(value(`${a} & (${b} & ${c})`)),
      ),
      { numRuns: 50 },
    );
  });
});

/** Records whose fields depend on those after them, and one that must not be computed. */
const dependent = fc
  .uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), { minLength: 1 })
  .chain((names) =>
    fc
      .tuple(...names.map((_, index) => fc.subarray(names.slice(index + 1))))
      .map((needed) =>
        names.map((name, index) => `${name} = ${[String(index), ...needed[index]!].join(' + ')}`),
      ),
  );

describe('evaluation', () => {
  it('gives the same values in any order, and none that is not needed', () => {
    fc.assert(
      fc.property(
        dependent.chain((fields) =>
          fc.record({
            fields: fc.constant(fields),
            shuffled: fc.shuffledSubarray(fields, { minLength: fields.length }),
            first: fc.nat(fields.length - 1),
          }),
        ),
        ({ fields, shuffled, first }) => {
          const expected = value(`{ ${fields.join(', ')} }`);
          const lazy = `let r = { ${shuffled.join(', ')}, wrong | not_exported = 1 / 0 } in`;
          const name = fields[first]!.slice(0, 1);
          expect(value(`${lazy} r`)).toEqual(expected);
          expect(value(`${lazy} std.seq r.${name} r`)).toEqual(expected);
          expect(value(`${lazy} r & { ${name} }`)).toEqual(expected);
        },
      ),
      { numRuns: 50 },
    );
  });
});

/** Data as it is written in Nickel; its strings must not have to be escaped in another way than in JSON. */
function literalOf(data: unknown): string {
  if (Array.isArray(data)) return `[${data.map(literalOf).join(', ')}]`;
  if (typeof data !== 'object' || data === null) return JSON.stringify(data);
  const fields = Object.entries(data).map(([name, part]) => `${JSON.stringify(name)} = ${literalOf(part)}`);
  return `{ ${fields.join(', ')} }`;
}

describe('export', () => {
  it.each(['Yaml', 'Toml'])('writes records as %s that is read as the same data', (format) => {
    const scalar = fc.oneof(
      fc.integer(),
      fc.boolean(),
      fc.stringMatching(/^[ -~]*$/).map((text) => text.replaceAll(/["\\%]/g, '')),
    );
    const tree = fc.letrec((tie) => ({
      part: fc.oneof({ maxDepth: 3 }, scalar, fc.array(scalar), tie('record')),
      record: fc.dictionary(fc.stringMatching(/^[a-z ]{1,5}$/), tie('part')),
    })).record;
    fc.assert(
      fc.property(tree, (data) => {
        const text = `std.deserialize '${format} (std.serialize '${format} (${literalOf(data)}))`;
        expect(value(text)).toEqual(JSON.parse(JSON.stringify(data)));
      }),
      { numRuns: 100 },
    );
  });

  it('gives back every JSON value that std.deserialize reads and std.serialize writes', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (data) => {
        const json = JSON.stringify(data);
        const literal = JSON.stringify(json)
          .replaceAll('%{', '\\%{')
          .replaceAll(/\\u([0-9a-f]{4})/g, '\\u{$1}');
        const text = `std.serialize 'Json (std.deserialize 'Json ${literal.replaceAll(/\\[bf]/g, ' ')})`;
        if (/\\[bf]|\\u\{d[89a-f]/.test(literal)) return; // JSON escapes that Nickel does not have
        expect(JSON.parse(String(value(text)))).toEqual(JSON.parse(json));
      }),
      { numRuns: 100 },
    );
  });
});

describe('texts that are not Nickel', () => {
  const part = fc.constantFrom(
    ...'{ } [ ] ( ) [| |] " m%" "% %{ % = : | , ; . .. => -> & @ ++ let in fun match if then else import forall a b 1 \'t null or include default _ !'.split(
      ' ',
    ),
    '\n',
    ' ',
    '#',
    '\u0000',
  );

  it('end in an error with a place, or are parsed', () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
        const error = errorOf(() => parse({ name: 'fuzz', text: parts.join(' ') }));
        if (error) expect(error.fault.place).toMatchObject({ file: 'fuzz' });
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['brackets', '['.repeat(100_000)],
    ['parentheses', '('.repeat(100_000)],
    ['interpolations', '"%{'.repeat(50_000)],
    ['negations', '- '.repeat(100_000)],
    ['functions', 'fun x => '.repeat(50_000)],
    ['conditions', 'if true then 1 else '.repeat(50_000)],
  ])('of many %s end in an error', (_, text) => {
    expect(errorOf(() => parse({ name: 'deep', text }))).toBeInstanceOf(NickelError);
  });
});

describe('limits', () => {
  it.each([
    ['an endless loop', 'let rec f = fun n => f (n + 1) in f 0', { steps: 10_000 }],
    ['deep recursion', 'let rec f = fun n => 1 + f (n + 1) in f 0', { depth: 200 }],
    ['recursion beyond the stack', 'let rec f = fun n => 1 + f (n + 1) in f 0', { depth: 1_000_000 }],
    [
      'a doubling array',
      'let rec f = fun a n => if n == 0 then a else f (a @ a) (n - 1) in f [1] 40',
      { size: 10_000 },
    ],
    [
      'a doubling string',
      'let rec f = fun s n => if n == 0 then s else f (s ++ s) (n - 1) in f "ab" 40',
      { size: 10_000 },
    ],
    [
      'shared arrays',
      'let a = [1, 1] in let b = [a, a, a, a] in let c = [b, b, b, b] in [c, c, c, c]',
      { size: 60 },
    ],
    ['a value without end', 'let rec x = { a = x } in x', {}],
    ['a large array', 'std.array.generate (fun n => n) 1000000000', {}],
    ['a large number', 'std.number.pow 10 99999999', {}],
  ])('end %s', (_, text, limits) => {
    const error = errorOf(() => evaluateText(text, 'bomb', limits));
    expect(error?.kind).toBe(text.includes('pow') ? 'contract' : 'limit');
    expect(error?.fault.place).toMatchObject({ file: 'bomb', line: 1 });
  });
});

describe('contracts', () => {
  it.each<[string, unknown]>([
    ['{ a = 1, c = 2 } | { a | Number, b | String | default = "x", .. }', { a: 1, b: 'x', c: 2 }],
    ['{ l | Array { n | String, p | default = 80 } = [{ n = "a" }] }', { l: [{ n: 'a', p: 80 }] }],
    ['({ a | default = 1, b = a } | { a, b, c | default = a + b }) & { a = 10 }', { a: 10, b: 10, c: 20 }],
    ['[null, 1] | Array (std.contract.any_of [Number, std.contract.Equal null])', [null, 1]],
    ['"x" | std.enum.TagOrString', 'x'],
    ['let id | forall a. a -> a = fun x => x in id 1', 1],
    ['(({ a = 1, b = a } | { _ | Number }) & { a | force = 2 }).b', 2],
  ])('accept %s', (text, expected) => expect(value(text)).toEqual(expected));

  it.each<[string, string, string | undefined, number]>([
    ['{ a = 1, c = 2 } | { a | Number }', 'the field "c" must not be there', '{ a | Number }', 10],
    ['{ p | Number = "x" }', 'it must be a number, but is a string', 'Number', 16],
    [
      'let f | { a | Number } -> Dyn = fun r => r.a in f { a = "s" }',
      'The argument of a function',
      'Number',
      57,
    ],
    ['let f | forall a. a -> a = fun x => 1 in f 2', 'the type "a"', 'forall a. a -> a', 28],
    ['null | std.contract.any_of []', 'fits none of them', 'std.contract.any_of []', 1],
    ["'Foo | [| 'Bar |]", "it must be one of 'Bar", "[| 'Bar |]", 1],
  ])('refuse %s', (text, message, contract, column) => {
    const fault = errorOf(() => evaluateText(text))?.fault;
    expect(fault).toMatchObject({
      kind: 'contract',
      message: expect.stringContaining(message),
      place: { column },
    });
    expect(fault?.blame?.contract?.expression).toBe(contract);
  });
});
