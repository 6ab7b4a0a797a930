import { describe, expect, it } from '@jest/globals';
import { positionAt } from '@provisioning/input/documents';
import { evaluateNickel } from './evaluate.js';
import { NickelError } from './nickel-error.js';

/** `line:column: message` of the fault. */
function refusal(text: string): string {
  try {
    evaluateNickel(text);
  } catch (error) {
    if (!(error instanceof NickelError)) throw error;
    const { line, column } = positionAt(text, error.offset ?? -1);
    return `${line}:${column}: ${error.message}`;
  }
  throw new Error(`This was read: ${text}`);
}

describe('a construct that requires the nickel program', () => {
  it.each<[string, string, string]>([
    ['let a = 1 in a', '1:1', 'A "let" binding'],
    ['{ a = fun x => x }', '1:7', 'A function ("fun")'],
    ['{ a = if true then 1 else 2 }', '1:7', 'A condition ("if")'],
    ["{ a = 'x |> match { 'x => 1 } }", '1:10', 'The operator "|>"'],
    ['{ a = match { } }', '1:7', 'A "match" expression'],
    ['{\n  a = import "b.ncl",\n}', '2:7', 'An import'],
    ['{ a = "x %{b}" }', '1:10', 'Interpolation with %{…}'],
    ['{ a = m%"\n  x %{b}\n"% }', '2:5', 'Interpolation with %{…}'],
    ['{ a = m%%"x %%%{b}"%% }', '1:14', 'Interpolation with %%{…}'],
    ['{ a = m%"x "%{b}"% }', '1:13', 'Interpolation with %{…}'],
    ['{ a = 1 } & { b = 2 }', '1:11', 'Merging with "&"'],
    ['{ a | Number = 1 }', '1:5', 'An annotation with "|"'],
    ['{ a : Number = 1 }', '1:5', 'A type annotation with ":"'],
    ['{ a = 1 + 2 }', '1:9', 'The operator "+"'],
    ['{ a = 1 - 2 }', '1:9', 'The operator "-"'],
    ['{ a = "x" ++ "y" }', '1:11', 'The operator "++"'],
    ['{ a = 1 == 2 }', '1:9', 'The operator "=="'],
    ['{ a = !true }', '1:7', 'The operator "!"'],
    ['{ a = (1) }', '1:7', 'An expression in parentheses'],
    ['{ a = 1, b = a }', '1:14', 'A reference to the name "a"'],
    ['{ a = std.string.length "x" }', '1:7', 'A reference to the name "std"'],
    ['{ a = { b = 1 }.b }', '1:16', 'Access to a field with "."'],
    ["{ a = 'Ok 5 }", '1:11', "The enum tag 'Ok with an argument"],
    ['{ a = 1, .. }', '1:10', 'An open record with ".."'],
    ['{ include x }', '1:3', 'An inherited field with "include"'],
    ['{ include [x, y] }', '1:11', 'Expected a field'],
    ['{ a = foo-s%"x"% }', '1:7', 'A symbolic string'],
  ])('%s is refused at %s as %s', (text, at, construct) => {
    if (construct.startsWith('Expected')) return expect(refusal(text)).toContain('include');
    const message = refusal(text);
    expect(message.startsWith(`${at}: ${construct} requires the nickel program`)).toBe(true);
    expect(message).toContain('Install nickel (https://nickel-lang.org)');
  });

  it('says what an unquoted word may have meant', () => {
    expect(refusal('{ plan = small }')).toContain('put it in double quotes');
  });
});

describe('a file that is not Nickel', () => {
  it.each<[string, string]>([
    ['', '1:1: A value is missing: expected one before the end of the file.'],
    ['# only a comment', '1:17: A value is missing: expected one before the end of the file.'],
    ['{ a = "x', '1:7: The string that starts here is not closed: its closing " is missing.'],
    ['{ a = m%%"x"% }', '1:7: The string that starts here is not closed: its closing "%% is missing.'],
    ['{ a = m%"x"%% }', '1:11: This closing "%% has more % signs than the opening m%".'],
    ['{ a = 1\n  b = 2 }', '2:3: Expected "," or "}" before "b".'],
    ['[1 2]', '1:4: Expected "," or "]" before the number 2.'],
    ['{ a 1 }', '1:5: Expected "=" and a value for the field "a", found the number 1.'],
    ['{ a, b = 1 }', '1:4: Expected "=" and a value for the field "a", found ",".'],
    ['{ a = }', '1:7: A value is missing: expected one before "}".'],
    ['{ a.b. = 1 }', '1:8: Expected a field name, found "=".'],
    ['{ 1 = 2 }', '1:3: Expected a field name, found the number 1.'],
    ['{\n  a = [1,\n', '2:7: The array that starts here is not closed'],
    ['{\n  a = 1,\n', '1:1: The record that starts here is not closed: its "}" is missing.'],
    ['[1', '1:1: The array that starts here is not closed: its "]" is missing.'],
    ['{} {}', '1:4: A file must have one value, but "{" follows it.'],
    ['{ a = 1xCPU }', '1:7: "1x" is neither a number nor a name. Put texts in double quotes.'],
    ['{ a = -x }', '1:8: A number must follow "-", not "x".'],
    [
      "{ a = '1 }",
      "1:7: A single quote starts an enum tag, such as 'upcloud; strings are written in double quotes.",
    ],
    ['{ a = "\\q" }', '1:8: "\\q" is not an escape.'],
    ['{ a = "\\xFF" }', '1:8: An escape \\x takes two hexadecimal digits from 00 to 7F.'],
    ['{ a = $ }', '1:7: The character "$" is not expected here.'],
    ['{ let = 1 }', '1:3: "let" is a keyword.'],
    ['{ a = 9007199254740993 }', '1:7: The number 9007199254740993 is too large to be stored exactly.'],
    ['{ a = 1e999 }', '1:7: The number 1e999 is too large to be stored exactly.'],
    ['{ a = 1,\n  a = 2 }', '2:7: The field "a" has a different value at line 1, column 7.'],
    ['{ a.b = 1,\n  a = { b = "x" } }', '2:13: The field "a.b" has a different value at line 1, column 9.'],
    ['{ a = \'x, a = "x" }', '1:15: The field "a" has a different value at'],
    ['{ a = [1], a = [1, 2] }', '1:16: The field "a" has a different value at'],
    ['{ a = 1, a.b = 2 }', '1:12: The field "a" has a different value at'],
  ])('%j: %s', (text, expected) => {
    expect(refusal(text).slice(0, expected.length)).toBe(expected);
  });

  it('names the start of a string that was not closed', () => {
    const text = '{\n  a = "x,\n  b = "y",\n}';
    expect(refusal(text)).toBe(
      '3:8: Expected "," or "}" before "y". The string before it spans several lines: is its closing quote missing?',
    );
  });

  it('refuses nesting beyond 100 levels, in every notation', () => {
    expect(() => evaluateNickel('['.repeat(100) + ']'.repeat(100))).not.toThrow();
    expect(refusal('['.repeat(101))).toBe('1:101: Values are nested more than 100 levels deep here.');
    expect(refusal('['.repeat(500_000))).toContain('nested');
    expect(refusal(`{ ${'a.'.repeat(200_000)}a = 1 }`)).toContain('nested');
    expect(refusal('{a='.repeat(200_000))).toContain('nested');
  });
});
