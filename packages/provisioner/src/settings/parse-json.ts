import { parseTree, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';
import type { Located, LocatedField } from '../source/located.js';
import { MAX_DEPTH, SourceError } from '../source/source-error.js';

/** Strict JSON. @throws SourceError */
export function parseJson(text: string): Located {
  const errors: ParseError[] = [];
  const tree = withinStack(() =>
    parseTree(text, errors, { disallowComments: true, allowTrailingComma: false }),
  );
  const [error] = errors;
  if (error) {
    const what = printParseErrorCode(error.error).replace(
      /(?<=[a-z])[A-Z]/g,
      (letter) => ` ${letter.toLowerCase()}`,
    );
    throw new SourceError(`This is not JSON: ${what.toLowerCase()}.`, error.offset);
  }
  if (!tree) throw new SourceError('The file is empty.', 0);
  return locate(tree, 0);
}

function locate(node: Node, depth: number): Located {
  const at = node.offset;
  if (depth > MAX_DEPTH)
    throw new SourceError(`Values are nested more than ${MAX_DEPTH} levels deep here.`, at);
  const children = node.children ?? [];
  if (node.type === 'array')
    return { kind: 'array', items: children.map((item) => locate(item, depth + 1)), at };
  if (node.type !== 'object') {
    return { kind: 'scalar', value: node.value as string | number | boolean | null, at };
  }
  const fields = new Map<string, LocatedField>();
  for (const { children: pair } of children) {
    const [key, value] = pair ?? [];
    if (!key || !value) continue;
    const name = String(key.value);
    if (fields.has(name))
      throw new SourceError(`The member ${JSON.stringify(name)} is there twice.`, key.offset);
    fields.set(name, { value: locate(value, depth + 1), keyAt: key.offset });
  }
  return { kind: 'record', fields, at };
}

/** Parsers that descend by recursion run out of stack on hostile nesting. @throws SourceError */
export function withinStack<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (error instanceof RangeError) {
      throw new SourceError(`Values are nested more than ${MAX_DEPTH} levels deep.`, undefined);
    }
    throw error;
  }
}
