import { Evaluator, globalEnv } from './eval/evaluator.js';
import { exportValue, type Exported } from './eval/export.js';
import type { Importer, Limits } from './eval/machine.js';
import { Thunk } from './eval/values.js';
import { FileImporter } from './files/importer.js';
import { digestOf, type FileHash } from './files/imports.js';
import { NickelError } from './nickel-error.js';
import type { Source } from './source.js';
import { primitive } from './std/primitives.js';
import { standardLibrary } from './std/root.js';
import { parse } from './syntax/parser.js';
import { withinStack } from './within-stack.js';

/** Enough for the settings of thousands of servers; a text that needs more is a mistake or an attack. */
export const DEFAULT_LIMITS: Limits = { steps: 20_000_000, depth: 20_000, size: 100_000_000 };

const NO_IMPORTS: Importer = {
  load(_path, _format, span) {
    throw new NickelError('import', 'Imports are not possible here.', { span });
  },
};

function start(importer: Importer, limits: Partial<Limits>) {
  const evaluator = new Evaluator({ limits: { ...DEFAULT_LIMITS, ...limits }, importer, primitive });
  const env = globalEnv(Thunk.of(standardLibrary(evaluator)));
  return { evaluator, env };
}

/**
 * Evaluates a text without imports in this thread.
 * @throws NickelError
 */
export function evaluateText(text: string, name = 'text', limits: Partial<Limits> = {}): Exported {
  const source: Source = { name, text };
  const { evaluator, env } = start(NO_IMPORTS, limits);
  return withinStack(
    () => exportValue(evaluator, evaluator.delay(parse(source), env)),
    () => evaluator.place,
  );
}

/** What a file evaluates to. */
export interface EvaluatedFile {
  value: Exported;
  /** What was read, the file itself included; names are relative to the root. */
  files: readonly FileHash[];
  /** Changes when one of the files changes. */
  digest: string;
}

/**
 * Evaluates a file and what it imports in this thread.
 * @param root the real path of the folder that imports stay in
 * @param path the file
 * @throws NickelError
 */
export function evaluateFileHere(root: string, path: string, limits: Partial<Limits> = {}): EvaluatedFile {
  const importer = new FileImporter(root);
  const { evaluator, env } = start(importer, limits);
  importer.machine = evaluator;
  importer.env = env;
  const value = withinStack(
    () => exportValue(evaluator, importer.thunk(path, 'Nickel', undefined)),
    () => evaluator.place,
  );
  const { files } = importer;
  return { value, files, digest: digestOf(files) };
}
