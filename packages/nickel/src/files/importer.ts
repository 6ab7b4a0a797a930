import { createHash } from 'node:crypto';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { parseData } from '../data/parse-data.js';
import { NickelError } from '../nickel-error.js';
import type { Source, Span } from '../source.js';
import type { ImportFormat } from '../syntax/ast.js';
import { parse } from '../syntax/parser.js';
import type { Importer, Machine } from '../eval/machine.js';
import { Thunk, type Env, type Value } from '../eval/values.js';
import { readInside } from './read-inside.js';

/** Loads files inside a folder, each at most once, and remembers which. */
export class FileImporter implements Importer {
  readonly #values = new Map<string, Thunk>();
  readonly #hashes = new Map<string, string>();
  /** Set before the first import is evaluated. */
  machine: Machine | undefined;
  env: Env | undefined;

  /** @param root the real path of the folder */
  constructor(private readonly root: string) {}

  load(path: string, format: ImportFormat, span: Span): Value {
    const importer = span.source.path;
    if (importer === undefined) {
      throw new NickelError('import', 'A text that is not a file cannot import files.', { span });
    }
    if (isAbsolute(path)) {
      throw new NickelError(
        'import',
        `The import ${JSON.stringify(path)} must be relative to its own file.`,
        { span },
      );
    }
    const { machine } = this;
    if (!machine) throw new Error('The importer has no evaluator yet.');
    return machine.force(this.thunk(resolve(dirname(importer), path), format, span));
  }

  /** The value of a file. @throws NickelError where it cannot be read */
  thunk(path: string, format: ImportFormat, span: Span | undefined): Thunk {
    const file = readInside(this.root, path, span);
    const key = `${format}:${file.path}`;
    const known = this.#values.get(key);
    if (known) return known;
    const name = relative(this.root, file.path);
    this.#hashes.set(name, createHash('sha256').update(file.text).digest('hex'));
    const source: Source = { name, text: file.text, path: file.path };
    const thunk = new Thunk(() => this.#evaluate(source, format, span), {
      source,
      start: 0,
      end: file.text.length,
    });
    this.#values.set(key, thunk);
    return thunk;
  }

  #evaluate(source: Source, format: ImportFormat, span: Span | undefined): Value {
    if (format !== 'Nickel') return parseData(format, source, span);
    const { machine, env } = this;
    if (!machine || !env) throw new Error('The importer has no evaluator yet.');
    return machine.evaluate(parse(source), env);
  }

  /** The files that were read, relative to the folder, with their SHA-256. Sorted by name. */
  get files(): { name: string; sha256: string }[] {
    return [...this.#hashes]
      .map(([name, sha256]) => ({ name, sha256 }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

/** A digest over names and contents of files: it changes when one of them changes. */
export function digestOf(files: readonly { name: string; sha256: string }[]): string {
  return createHash('sha256').update(JSON.stringify(files)).digest('hex');
}
