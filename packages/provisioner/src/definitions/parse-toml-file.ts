import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';
import { parseToml } from '../settings/parse-toml.js';
import { showPath } from '@provisioning/input';
import { explainFault } from '../settings/explain-fault.js';
import type { Fault } from '../settings/settings-error.js';
import { toPlain } from '../source/located.js';
import { positionAt } from '../source/position.js';
import { SourceError } from '../source/source-error.js';
import { DefinitionError, type Complaint } from './definition-error.js';
import { TomlLines } from './toml-lines.js';

/**
 * @param file how messages name it
 * @param check what a schema says; its keyword `hint` is the sentence that follows a fault
 * @param meaning what no schema can say
 * @throws DefinitionError with every fault found
 */
export function parseTomlFile<T>(
  text: string,
  file: string,
  check: ValidateFunction<T>,
  meaning: (written: T) => Complaint[],
): T {
  const written = plain(text, file);
  const complaints = check(written) ? meaning(written) : shapeFaults(check.errors ?? []);
  if (complaints.length === 0) return written as T;
  const lines = new TomlLines(text);
  const faults = complaints.map(({ path, message }): Fault => {
    const shown = showPath(path);
    const line = lines.of(path) ?? 1;
    return { file, line, path: shown, message: `${shown || 'The file'} ${message}` };
  });
  throw new DefinitionError(faults.sort((one, other) => (one.line ?? 0) - (other.line ?? 0)));
}

function plain(text: string, file: string): unknown {
  try {
    return toPlain(parseToml(text));
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    const place = error.offset === undefined ? {} : positionAt(text, error.offset);
    throw new DefinitionError([{ file, ...place, path: '', message: error.message }]);
  }
}

function shapeFaults(errors: readonly ErrorObject[]): Complaint[] {
  // A wrong type breaks the rules for the right type as well: the first complaint about a place is enough.
  const complaints = new Map<string, Complaint>();
  for (const error of errors) {
    const { path, complaint, hint } = explainFault(error);
    const key = error.keyword === 'required' ? `${showPath(path)} ${complaint}` : showPath(path);
    if (complaints.has(key)) continue;
    complaints.set(key, { path, message: `${complaint}.${hint ? ` ${hint}` : ''}` });
  }
  return [...complaints.values()];
}
