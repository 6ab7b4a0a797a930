import { parseData } from '../data/parse-data.js';
import { NickelError } from '../nickel-error.js';
import type { Source, Span } from '../source.js';
import type { ImportFormat } from '../syntax/ast.js';
import { parse } from '../syntax/parser.js';
import type { Importer, Machine } from '../eval/machine.js';
import { Thunk, type Env, type Value } from '../eval/values.js';
import { Folder } from './folder.js';
import { importedPath, type FileHash } from './imports.js';

/** Loads files inside a folder, each at most once, and remembers which. */
export class FileImporter implements Importer {
  readonly #values = new Map<string, Thunk>();
  readonly #folder: Folder;
  /** Set before the first import is evaluated. */
  machine: Machine | undefined;
  env: Env | undefined;

  /** @param root the real path of the folder */
  constructor(root: string) {
    this.#folder = new Folder(root);
  }

  load(path: string, format: ImportFormat, span: Span): Value {
    const importer = span.source.path;
    if (importer === undefined) {
      throw new NickelError('import', 'A text that is not a file cannot import files.', { span });
    }
    const { machine } = this;
    if (!machine) throw new Error('The importer has no evaluator yet.');
    return machine.force(this.thunk(importedPath(importer, path, span), format, span));
  }

  /** The value of a file. @throws NickelError where it cannot be read */
  thunk(path: string, format: ImportFormat, span: Span | undefined): Thunk {
    const file = this.#folder.read(path, span);
    const key = `${format}:${file.path}`;
    const known = this.#values.get(key);
    if (known) return known;
    const thunk = new Thunk(() => this.#evaluate(file, format, span), {
      source: file,
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
  get files(): FileHash[] {
    return this.#folder.files;
  }
}
