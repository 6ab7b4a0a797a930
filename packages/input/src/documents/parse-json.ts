import { parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';
import type { Located, LocatedField } from './located.js';
import { SourceError, twice } from './source-error.js';
import { MAX_DEPTH, tooDeep, withinStack } from './depth.js';

/** Strict JSON. @throws SourceError */
export function parseJson(text: string): Located {
  const errors: ParseError[] = [];
  const tree = withinStack(() =>
    parseTree(text, errors, { disallowComments: true, allowTrailingComma: false }),
  );
  const [error] = errors;
  if (error) {
    const sentence = SENTENCES[printParseErrorCode(error.error)] ?? 'This is not expected here.';
    throw new SourceError(sentence, error.offset);
  }
  if (!tree) throw new SourceError('A value is missing.', 0);
  return locate(tree, 0);
}

function locate(node: Node, depth: number): Located {
  const at = node.offset;
  if (depth > MAX_DEPTH) throw tooDeep(at);
  const children = node.children ?? [];
  if (node.type === 'array')
    return { kind: 'array', items: children.map((item) => locate(item, depth + 1)), at };
  if (node.type !== 'object') {
    // Safe cast: the parser gives other nodes a kind of their own.
    return { kind: 'scalar', value: node.value as string | number | boolean | null, at };
  }
  const fields = new Map<string, LocatedField>();
  for (const { children: pair } of children) {
    const [key, value] = pair ?? [];
    if (!key || !value) continue;
    const name = String(key.value);
    if (fields.has(name)) throw twice(name, key.offset);
    fields.set(name, { value: locate(value, depth + 1), keyAt: key.offset });
  }
  return { kind: 'record', fields, at };
}

/** By the codes of the `jsonc-parser` library. */
const SENTENCES: Record<string, string> = {
  CloseBraceExpected: 'The closing "}" is missing.',
  CloseBracketExpected: 'The closing "]" is missing.',
  ColonExpected: 'The name of a member must be followed by ":".',
  CommaExpected: 'A comma or a closing bracket is missing.',
  EndOfFileExpected: 'The file must contain one value, but there is more text after it.',
  InvalidCharacter: 'A control character in a text must be written as an escape.',
  InvalidCommentToken: 'JSON has no comments. Remove this one.',
  InvalidEscapeCharacter: 'This escape is unknown.',
  InvalidNumberFormat: 'This is not a number. A text must be in double quotes.',
  InvalidSymbol: 'This is not a value. A text must be in double quotes.',
  InvalidUnicode: 'The escape "\\u" must be followed by 4 hexadecimal digits.',
  PropertyNameExpected:
    'A member must begin with its name in double quotes, and no comma may follow the last.',
  UnexpectedEndOfComment: 'JSON has no comments. Remove this one.',
  UnexpectedEndOfNumber: 'This number is not complete.',
  UnexpectedEndOfString: 'The closing quote is missing.',
  ValueExpected: 'A value is missing.',
};
