import { NickelError } from '../nickel-error.js';
import type { Span } from '../source.js';
import type { Expression } from '../syntax/ast.js';
import { parse } from '../syntax/parser.js';
import { withinStack } from '../within-stack.js';
import { Folder, type FolderFile } from './folder.js';
import { importedPath, packageError, type FileHash } from './imports.js';

type Import = Expression & { kind: 'import' };

/** Links to folders can give one file any number of paths. */
const MAX_PATHS = 2_000;

/**
 * The files that a file can import, itself included, without evaluating any.
 *
 * The `nickel` program does not resolve links before it resolves the imports of a file: a file has other imports for
 * each path that it is imported by. So paths are followed as they are written, and the file at each must lie inside.
 * @param root a real path
 * @throws NickelError where one cannot be read, lies outside the folder or is not Nickel
 */
export function reachableFiles(root: string, path: string): FileHash[] {
  return withinStack(() => {
    const folder = new Folder(root);
    const imports = new Map<FolderFile, readonly Import[]>();
    const seen = new Set<string>();
    const pending: { path: string; isNickel: boolean; span?: Span }[] = [{ path, isNickel: true }];
    // The nearest first: paths through links that lead back to themselves stay short.
    for (const next of pending) {
      // A file that was read as data is still to be read as Nickel.
      const key = `${next.isNickel}:${next.path}`;
      if (seen.has(key)) continue;
      seen.add(key);
      if (seen.size > MAX_PATHS) {
        throw new NickelError('limit', `The imports lead to more than ${MAX_PATHS} paths.`, {
          span: next.span,
        });
      }
      const file = folder.read(next.path, next.span);
      if (!next.isNickel) continue;
      const found = imports.get(file) ?? importsOf(parse(file));
      imports.set(file, found);
      for (const { path: imported, format, span } of found) {
        pending.push({
          path: importedPath(next.path, imported, span),
          isNickel: format === 'Nickel',
          span,
        });
      }
    }
    return folder.files;
  });
}

/** All imports that are written in an expression, also where evaluation would not come. */
function importsOf(root: Expression): Import[] {
  const found: Import[] = [];
  const pending: unknown[] = [root];
  while (pending.length > 0) {
    const part = pending.pop();
    if (typeof part !== 'object' || part === null) continue;
    if (Array.isArray(part) || part instanceof Map) {
      // Not spread into the call of push: it cannot have as many arguments as an array has items.
      for (const inner of part.values()) pending.push(inner);
    } else if (isExpression(part, 'import')) found.push(part);
    else if (isExpression(part, 'package')) throw packageError(part.name, part.span);
    else
      for (const [name, value] of Object.entries(part))
        if (name !== 'span' && name !== 'scope') pending.push(value);
  }
  return found;
}

function isExpression<K extends Expression['kind']>(
  part: object,
  kind: K,
): part is Extract<Expression, { kind: K }> {
  return 'kind' in part && part.kind === kind;
}
