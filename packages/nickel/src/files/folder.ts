import { relative } from 'node:path';
import type { Source, Span } from '../source.js';
import { hashOf, sortedFiles, type FileHash } from './imports.js';
import { locateInside, readText, refusal } from './read-inside.js';

/** A file of a folder; `path` is its real path, and `name` is relative to the folder. */
export type FolderFile = Source & { readonly path: string };

/** A folder whose files are read at most once, so that all that read a file see the same version of it. */
export class Folder {
  readonly #byPath = new Map<string, FolderFile>();
  readonly #byRealPath = new Map<string, FolderFile>();
  readonly #hashes = new Map<string, string>();

  /** @param root the real path of the folder */
  constructor(private readonly root: string) {}

  /**
   * Reads a file by its real path or by a path with links.
   * @param span what asked for it, for errors
   * @throws NickelError `import` where it cannot be read or lies outside the folder
   */
  read(path: string, span: Span | undefined): FolderFile {
    const file = this.#byPath.get(path) ?? this.#readReal(path, span);
    this.#byPath.set(path, file);
    return file;
  }

  #readReal(path: string, span: Span | undefined): FolderFile {
    const refuse = refusal(this.root, path, span);
    const real = locateInside(this.root, path, refuse);
    const known = this.#byRealPath.get(real);
    if (known) return known;
    const text = readText(real, refuse);
    const file = { name: relative(this.root, real), text, path: real };
    this.#byRealPath.set(real, file);
    this.#hashes.set(file.name, hashOf(text));
    return file;
  }

  /** The files that were read, with their SHA-256. Sorted by name. */
  get files(): FileHash[] {
    return sortedFiles(this.#hashes);
  }
}
