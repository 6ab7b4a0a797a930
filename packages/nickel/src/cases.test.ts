import { describe, expect, it } from '@jest/globals';
import { evaluateText } from './evaluate.js';
import { NickelError } from './nickel-error.js';
import { toPlain } from './data/serialize.js';

const value = (text: string): unknown => toPlain(evaluateText(text));

function fault(text: string): string {
  try {
    return `no error: ${JSON.stringify(value(text))}`;
  } catch (error) {
    if (!(error instanceof NickelError)) throw error;
    const { kind, place, message } = error.fault;
    return `${place?.line}:${place?.column} ${kind}: ${message}`;
  }
}

type Good = [text: string, expected: unknown];
type Bad = [text: string, expected: string];

describe('values', () => {
  it.each<Good>([
    ['null', null],
    ['true', true],
    ['1.50', 1.5],
    ['.5', 0.5],
    ['1e3', 1000],
    ['0xff + 0o17 + 0b11', 273],
    ['-3', -3],
    ['0.1 + 0.2 == 0.3', true],
    ['1 / 3 * 3 == 1', true],
    ['9007199254740993 + 0', 9007199254740993n],
    ['2 - 3 * 4 % 5', 0],
    ['-7 % 3', -1],
    ["'tag", 'tag'],
    ['\'"quoted tag"', 'quoted tag'],
    ['[1, "a", [true],]', [1, 'a', [true]]],
    ['{}', {}],
    ['{ b = 1, a.c = 2, "x y" = 3, }', { a: { c: 2 }, b: 1, 'x y': 3 }],
    ['# comment\n1 # more', 1],
    ["let this-isn't-a-subtraction = 1 in this-isn't-a-subtraction", 1],
    ['let _x = 1 in _x', 1],
  ])('%s', (text, expected) => expect(value(text)).toEqual(expected));

  it.each<Bad>([
    ['1 / 0', '1:5 evaluation: A number cannot be divided by zero.'],
    ['{ a = 1', '1:8 syntax: "}" is expected to end the record, but the end of the file comes here.'],
    ['[1 2]', '1:2 evaluation: Only functions can be applied to arguments, but this is a number.'],
    [
      'let x = 1',
      '1:10 syntax: "in" is expected after the definitions of "let", but the end of the file comes here.',
    ],
    ['1 2 }', '1:5 syntax: The expression ends before "}". A file must be one expression.'],
    ['', '1:1 syntax: A value is expected, but the end of the file comes here.'],
    ['1 + ~', '1:5 syntax: The character "~" is not allowed here.'],
    ['{\n  a = nope,\n}', '2:7 syntax: The name "nope" is not defined.'],
    ['1 + fun x => x', '1:5 syntax: An expression that begins with "fun" must be in parentheses here.'],
    ["'A 1", '1:1 evaluation: Data cannot contain an enum variant.'],
    ['[1, -1e400]', '1:5 evaluation: Data cannot contain numbers beyond ±1.7976931348623157e+308.'],
    ['{ f = fun x => x }', '1:7 evaluation: Data cannot contain a function.'],
  ])('%s', (text, expected) => expect(fault(text)).toBe(expected));
});

describe('strings', () => {
  it.each<Good>([
    ['"a\\n\\t\\"\\\\\\x41\\u{1F600}\\%"', 'a\n\t"\\A😀%'],
    ['"over\ntwo lines"', 'over\ntwo lines'],
    ['"%{"in %{"side"}"} 50%"', 'in side 50%'],
    ['"%{1}-%{true}-%{null}-%{\'t}-%{"s"}"', '1-true-null-t-s'],
    ['m%"\n  a\n    b\n\n  c\n"%', 'a\n  b\n\nc'],
    ['m%"one \\n line"%', 'one \\n line'],
    ['m%%"%{x} "% %%{"y"}"%%', '%{x} "% y'],
    ['let b = "1\\n2" in m%"\n  do\n    %{b}\n  done %{b}\n"%', 'do\n  1\n  2\ndone 1\n2'],
    ['"a" ++ "b" ++ "c"', 'abc'],
    ['nix-s%"a %{1} b"%', { tag: 'SymbolicString', prefix: 'nix', fragments: ['a ', 1, ' b'] }],
    ['{ "%{"a"}b" = 1 }."a%{"b"}"', 1],
  ])('%s', (text, expected) => expect(value(text)).toEqual(expected));

  it.each<Bad>([
    ['"abc', '1:1 syntax: The string that begins here is not closed: its closing " is missing.'],
    ['m%"abc"', '1:1 syntax: The string that begins here is not closed: its closing "% is missing.'],
    [
      '\n "\\q"',
      '2:3 syntax: "\\q" is not an escape. Escapes are \\\\ \\" \\n \\t \\r \\% \\xHH (00 to 7F) and \\u{H}; for a backslash itself write \\\\.',
    ],
    [
      '"%{[1]}"',
      '1:4 evaluation: %{…} must be a string, a number, a boolean, an enum tag or null, but is an array.',
    ],
    ['"a" ++ 1', '1:8 evaluation: "++" needs strings, but gets a number.'],
    ['"a" + "b"', '1:1 evaluation: "+" needs numbers, but gets a string.'],
  ])('%s', (text, expected) => expect(fault(text)).toBe(expected));
});

describe('operators', () => {
  it.each<Good>([
    ['1 + 2 * 3 - 4 / 2', 5],
    ['2 * (3 + 4)', 14],
    ['!true || true && false', false],
    ['!(1 == 2)', true],
    ['1 < 2 == true', true],
    ['[1] @ [2] @ [3]', [1, 2, 3]],
    ['false && (1 / 0 == 1)', false],
    ['true || (1 / 0 == 1)', true],
    ['1 != 2 && "1" != 1', true],
    ['{a = [1, {b = null}]} == {a = [1, {b = null}]}', true],
    ["'A 1 == 'A 1 && 'A 1 != 'A 2 && 'A != 'A 1", true],
    ['5 |> (fun x => x + 1) |> (+) 2', 8],
    ['(.) {a = 1} "a"', 1],
    ['(!) true', false],
    ['- 2 + 5', 3],
    ['{a = 1} & {b = 2} == {a = 1, b = 2}', true],
  ])('%s', (text, expected) => expect(value(text)).toEqual(expected));

  it.each<Bad>([
    ['1 && true', '1:1 evaluation: "&&" needs booleans, but gets a number.'],
    ['(fun x => x) == (fun x => x)', '1:2 evaluation: "==" cannot compare a function with a function.'],
    ['!1', '1:2 evaluation: "!" needs a boolean, but gets a number.'],
    ['[1] @ 2', '1:7 evaluation: "@" needs arrays, but gets a number.'],
    ['1 < "a"', '1:5 evaluation: "<" needs numbers, but gets a string.'],
  ])('%s', (text, expected) => expect(fault(text)).toBe(expected));
});

describe('let, functions, if and match', () => {
  it.each<Good>([
    ['let a = 1, b = 2 in a + b', 3],
    ['let x = 1 in let x = x + 1 in x', 2],
    ['let rec f = fun n => if n == 0 then 1 else n * f (n - 1) in f 20', 2432902008176640000n],
    ['let rec even = fun n => n == 0 || odd (n - 1), odd = fun n => n != 0 && even (n - 1) in even 10', true],
    ['let rec loop = fun n => if n == 0 then "end" else loop (n - 1) in loop 100000', 'end'],
    ['let unused = 1 / 0 in 1', 1],
    ['(fun a b => a - b) 5 3', 2],
    ['let add = fun a b => a + b in let inc = add 1 in inc 2', 3],
    ['(fun {a, b = c, ..} => a + c) {a = 1, b = 2, z = 3}', 3],
    ['let {a, ..rest} = {a = 1, b = 2} in rest', { b: 2 }],
    ['let {a ? 5, b} = {b = 1} in a + b', 6],
    ['let [x, [y], ..others] = [1, [2], 3, 4] in [x, y, others]', [1, 2, [3, 4]]],
    ["let ('A x) = 'A 3 in x", 3],
    ['let r @ {a, ..} = {a = 1, b = 2} in r.b + a', 3],
    ["'B |> match { 'A => 1, 'B => 2, _ => 3 }", 2],
    ["'Pair [1, 2] |> match { 'Pair [a, b] => a + b, 'One x => x }", 3],
    ['3 |> match { n if n < 3 => "less", 3 => "three", _ => "more" }', 'three'],
    ["'C |> match { 'A or 'B => 1, 'C or ('D _) => 2 }", 2],
    ['"x" |> match { "a" => 1, "x" => 2 }', 2],
    ['null |> match { null => 1, _ => 2 }', 1],
    ["{ k = 'V 1 } |> match { { k = 'V n } if n > 1 => \"big\", { k = 'V n, .. } => n, _ => 0 }", 1],
    ['let f = match { {a} => a, {a, b} => a + b } in [f {a = 1}, f {a = 1, b = 2}]', [1, 3]],
    ['let { a ? 1, b ? 2 } = { a | Number, b = 5 } in a + b', 6],
    ['let or = 1 in or', 1],
    ['if 1 < 2 then "y" else "n"', 'y'],
  ])('%s', (text, expected) => expect(value(text)).toEqual(expected));

  it.each<Bad>([
    ['if 1 then 2 else 3', '1:4 evaluation: The condition of "if" must be a boolean, but is a number.'],
    ["'C |> match { 'A => 1 }", '1:1 evaluation: No branch of "match" fits the value.'],
    ['let {a} = {a = 1, b = 2} in a', '1:11 evaluation: The value does not match the pattern.'],
    ['let rec x = x + 1 in x', '1:13 evaluation: The value depends on itself: infinite recursion.'],
    ['fun {a, b = a} => a', '1:5 syntax: The pattern binds "a" twice.'],
    ["match { 'A x or 'B y => 1 }", '1:17 syntax: All alternatives of a pattern must bind the same names.'],
    ['{}.a', '1:4 evaluation: The record has no field "a".'],
    ['let a = 1, { b, a } = { a = 2, b = 3 } in a', '1:12 syntax: "let" defines the name "a" twice.'],
    [
      'let { a ? "x" } = { a | Number } in a',
      '1:11 contract: The value at a breaks its contract: it must be a number, but is a string.',
    ],
    ['1 2', '1:1 evaluation: Only functions can be applied to arguments, but this is a number.'],
  ])('%s', (text, expected) => expect(fault(text)).toBe(expected));
});

describe('records', () => {
  it.each<Good>([
    ['{ a = b + 1, b = 1 }', { a: 2, b: 1 }],
    ['{ a = { b = c }, c = 3 }', { a: { b: 3 }, c: 3 }],
    ['let x = 1 in { x = 2, y = x }', { x: 2, y: 2 }],
    ['let x = 1 in { include x, y = x }', { x: 1, y: 1 }],
    ['let x = 1, y = 2 in { include [x, y], z = 3 }', { x: 1, y: 2, z: 3 }],
    ['{ a.b = 1, a.c = a.b + 1, b.a.c = a.c }', { a: { b: 1, c: 2 }, b: { a: { c: 2 } } }],
    ['{ a | default = 1, a = 2 }', { a: 2 }],
    ['{ a.b | default = 1, a.b = 2, a.c = 3 }', { a: { b: 2, c: 3 } }],
    ['let k = "x" in { "%{k}" = v, v = 1 }', { x: 1, v: 1 }],
    ['{ a | optional, b = 1 }', { b: 1 }],
    ['{ a | not_exported = 1 / 0, b = 1 }', { b: 1 }],
    ['{ f | not_exported = fun x => x, b = f 1 }', { b: 1 }],
    ['{ default = 1, doc = 2, optional.force = 3 }.optional.force', 3],
    ['{ a | doc "text" | Number | default = 1 }', { a: 1 }],
  ])('%s', (text, expected) => expect(value(text)).toEqual(expected));

  it.each<Bad>([
    ['{\n  a | Number,\n  b = 1,\n}', '2:3 evaluation: The field "a" has no value.'],
    ['let S = { a | Number } in {\n  s | S = {},\n}', '2:11 evaluation: The field "s.a" has no value.'],
    [
      '{ "a": 1 }',
      '1:8 syntax: A type or contract is expected here, but this is a value. A field gets its value after "=".',
    ],
    [
      "{ a | Number -> [| 'A 5 |] }",
      '1:23 syntax: A type or contract is expected here, but this is a value. A field gets its value after "=".',
    ],
    ['{ a, b = a }.b', '1:10 evaluation: The field "a" is used but has no value.'],
    ['{ x = x }', '1:7 evaluation: The value depends on itself: infinite recursion.'],
    ['let x = 1 in { include x, x = 2 }', '1:27 syntax: The field "x" is included and also defined.'],
    [
      '{ "%{1}a" = 1, "%{[1]}" = 2 }',
      '1:19 evaluation: %{…} must be a string, a number, a boolean, an enum tag or null, but is an array.',
    ],
    ['{ a = 1 } & { b = a }', '1:19 syntax: The name "a" is not defined.'],
    ['{ a = { b = 1 / 0 } }', '1:17 evaluation: A number cannot be divided by zero.'],
  ])('%s', (text, expected) => expect(fault(text)).toBe(expected));
});

describe('merging', () => {
  it.each<Good>([
    ['{ a = 1 } & { b = 2 }', { a: 1, b: 2 }],
    ['{ a | default = 1, b = a + 1 } & { a = 5 }', { a: 5, b: 6 }],
    ['{ a = 1 } & { a | force = 2 } & { a = 3 } & { a | force = 2 }', { a: 2 }],
    ['{ a | priority 1 = 1 } & { a | priority 2.5 = 2 } & { a = 3 }', { a: 2 }],
    ['{ a | priority -1 = 1 } & { a = 3 }', { a: 3 }],
    ['{ a = { b | default = 1, c = b } } & { a.b = 2 }', { a: { b: 2, c: 2 } }],
    ['{ a = 1 } & { a = 1 }', { a: 1 }],
    ['{ a = [1, 2] } & { a = [1, 2] }', { a: [1, 2] }],
    ['{ a | Number } & { a = 1 }', { a: 1 }],
    ['{ a | optional | Number } & { b = 1 }', { b: 1 }],
    ["{ a = 'A { x = 1 } } & { a = 'A { y = 2 } } |> match { { a = 'A r } => r }", { x: 1, y: 2 }],
    [
      'let base = { x | default = 1, double = x * 2 } in [base, base & { x = 4 }]',
      [
        { x: 1, double: 2 },
        { x: 4, double: 8 },
      ],
    ],
    ['{ a | default = { x = 1 } } & { a | default = { y = 2 } }', { a: { x: 1, y: 2 } }],
    ['{ a | default = { x = 1 } } & { a = { y = 2 } }', { a: { y: 2 } }],
  ])('%s', (text, expected) => expect(value(text)).toEqual(expected));

  it.each<Bad>([
    [
      '{ a = 1 } & { a = 2 }',
      '1:19 evaluation: Merging needs equal values or records, but meets two different values (1 and 2) of equal priority.',
    ],
    [
      '{ a = 1 } & { a = "1" }',
      '1:19 evaluation: Merging needs equal values or records, but meets a number and a string of equal priority.',
    ],
    [
      '{ a | force = 1 } & { a | force = 2 }',
      '1:35 evaluation: Merging needs equal values or records, but meets two different values (1 and 2) of equal priority.',
    ],
    [
      '{ a = [1] } & { a = [1, 2] }',
      '1:21 evaluation: Merging needs equal values or records, but meets two different values (an array and an array) of equal priority.',
    ],
    [
      '{ a = [1, [2]] } & { a = [1, [3]] }',
      '1:31 evaluation: Merging needs equal values or records, but meets two different values (an array and an array) of equal priority.',
    ],
    [
      '{ a | Number = 1 } & { a | force = "x" }',
      '1:36 contract: The value at a breaks its contract: it must be a number, but is a string.',
    ],
    ['1 & fun x => x', '1:5 syntax: An expression that begins with "fun" must be in parentheses here.'],
  ])('%s', (text, expected) => expect(fault(text)).toBe(expected));
});

describe('the library', () => {
  it.each<Good>([
    ['std.hash \'Md5 "x"', '9dd4e461268c8034f5c8564e155c67a6'],
    ['std.array.length (std.deep_seq (std.array.generate (fun n => n) 200000) [1])', 1],
    ['std.string.base64_encode \'Standard "~~~?"', 'fn5+Pw=='],
    ['std.string.base64_encode \'UrlSafeNoPad "~~~?"', 'fn5-Pw'],
    ['std.string.base64_decode \'UrlSafe "fn5-Pw=="', '~~~?'],
    ['std.string.base64_decode \'NoPad "fn5+Pw"', '~~~?'],
    ['std.string.split "," "a,b,,c,"', ['a', 'b', '', 'c']],
    ['std.string.split "" "héy"', ['h', 'é', 'y']],
    [
      'let all = std.string.find_all "[0-9]" in [all "1a2", all "b3", all "1a2"] |> std.array.map std.array.length',
      [2, 1, 2],
    ],
    [
      'let f = std.array.map (fun n => std.string.is_match "^%{n}$" "7") in f (std.array.range 0 120) |> std.array.filter (fun x => x)',
      [true],
    ],
    ['std.string.split "," ""', []],
    ['std.string.replace_regex "(a)" "$1-" "banana"', 'b$1-n$1-n$1-'],
    ['std.record.apply_on "n" (fun x y => x - y) { n = 5, m = 1 } { n = 3 }', 2],
    ['{ a | default = 1, b = a } |> std.record.update "a" 2 |> (&) { c = 3 }', { a: 2, b: 1, c: 3 }],
    ["%enum/unwrap_variant% ('A 1) + %enum/get_arg% ('A 2)", 3],
  ])('%s', (text, expected) => expect(value(text)).toEqual(expected));

  it.each<Bad>([
    [
      'std.hash \'constructor "x"',
      "1:10 contract: std.hash: argument 1 must be 'Md5, 'Sha1, 'Sha256 or 'Sha512.",
    ],
    [
      'std.string.base64_decode \'Standard "fn5+Pw"',
      "1:36 contract: std.string.base64_decode: argument 2 must be base64 of the kind 'Standard.",
    ],
    ['std.string.base64_encode "x"', '1:1 evaluation: Data cannot contain a function.'],
    [
      "'A 1 | std.enum.TagOrString",
      '1:1 contract: The value breaks its contract: it must be an enum tag or a string.',
    ],
    [
      '(std.record.update "a" 2 { a | default = 1 }) & { a = 3 }',
      '1:55 evaluation: Merging needs equal values or records, but meets two different values (2 and 3) of equal priority.',
    ],
  ])('%s', (text, expected) => expect(fault(text)).toBe(expected));
});
