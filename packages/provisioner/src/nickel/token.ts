/** `value` is the text of names and strings, the number of numbers, and the sign of signs. */
export type Token =
  | { kind: 'name' | 'string' | 'tag'; value: string; start: number; end: number }
  | { kind: 'number'; value: number; start: number; end: number }
  | { kind: 'sign'; value: Sign; start: number; end: number }
  | { kind: 'end'; value: ''; start: number; end: number };

/** A punctuation sign. */
export type Sign = '{' | '}' | '[' | ']' | ',' | '=' | '.' | '-';

/** The name of a token in messages. */
export function describe(token: Token): string {
  switch (token.kind) {
    case 'end':
      return 'the end of the file';
    case 'string':
      return 'a string';
    case 'tag':
      return `the enum tag '${token.value}`;
    case 'number':
      return `the number ${token.value}`;
    case 'name':
    case 'sign':
      return `"${token.value}"`;
  }
}
