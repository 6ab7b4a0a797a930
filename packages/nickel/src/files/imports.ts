import { createHash } from 'node:crypto';
import { dirname, isAbsolute, resolve } from 'node:path';
import { NickelError } from '../nickel-error.js';
import type { Span } from '../source.js';

/** A file that was read; its name is relative to the folder. */
export interface FileHash {
  name: string;
  sha256: string;
}

/**
 * The path of an imported file.
 * @param from the path of the file that contains the import
 * @throws NickelError `import` for an absolute path
 */
export function importedPath(from: string, path: string, span: Span): string {
  if (!isAbsolute(path)) return resolve(dirname(from), path);
  throw new NickelError('import', `The import ${JSON.stringify(path)} must be relative to its own file.`, {
    span,
  });
}

/** Why `import name` is refused. */
export function packageError(name: string, span: Span): NickelError {
  return new NickelError('import', `Packages cannot be imported ("${name}"). Import a file instead.`, {
    span,
  });
}

/** The SHA-256 of a text. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Files by their names, sorted. */
export function sortedFiles(hashes: ReadonlyMap<string, string>): FileHash[] {
  return [...hashes].map(([name, sha256]) => ({ name, sha256 })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A digest over names and contents of files: it changes when one of them changes. */
export function digestOf(files: readonly FileHash[]): string {
  return hashOf(JSON.stringify(files));
}
