import { createHash } from 'node:crypto';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { NickelError } from '../nickel-error.js';
import type { Span } from '../source.js';
import type { Expression } from '../syntax/ast.js';
import { parse } from '../syntax/parser.js';
import { readInside } from './read-inside.js';

type Import = Expression & { kind: 'import' };

/**
 * The files that a file can import, itself included, without evaluating any.
 * @param root a real path
 * @throws NickelError where one cannot be read, lies outside the folder or is not Nickel
 */
export function reachableFiles(root: string, path: string): { name: string; sha256: string }[] {
  const hashes = new Map<string, string>();
  const pending: { path: string; isNickel: boolean; span?: Span }[] = [{ path, isNickel: true }];
  for (let next = pending.pop(); next; next = pending.pop()) {
    const file = readInside(root, next.path, next.span);
    const name = relative(root, file.path);
    if (hashes.has(name)) continue;
    hashes.set(name, createHash('sha256').update(file.text).digest('hex'));
    if (!next.isNickel) continue;
    for (const found of importsOf(parse({ name, text: file.text, path: file.path }))) {
      if (isAbsolute(found.path)) {
        throw new NickelError('import', `The import ${JSON.stringify(found.path)} must be relative.`, {
          span: found.span,
        });
      }
      pending.push({
        path: resolve(dirname(file.path), found.path),
        isNickel: found.format === 'Nickel',
        span: found.span,
      });
    }
  }
  return [...hashes].map(([name, sha256]) => ({ name, sha256 })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** All imports that are written in an expression, also where evaluation would not come. */
function importsOf(root: Expression): Import[] {
  const found: Import[] = [];
  const pending: unknown[] = [root];
  while (pending.length > 0) {
    const part = pending.pop();
    if (typeof part !== 'object' || part === null) continue;
    if (Array.isArray(part)) pending.push(...(part as unknown[]));
    else if (part instanceof Map) pending.push(...part.values());
    else if (isImport(part)) found.push(part);
    else
      for (const [name, value] of Object.entries(part))
        if (name !== 'span' && name !== 'scope') pending.push(value);
  }
  return found;
}

function isImport(part: object): part is Import {
  return 'kind' in part && part.kind === 'import' && 'path' in part;
}
