import type { ErrorObject } from 'ajv/dist/2020.js';
import { showPath } from '@provisioning/input';
import type { CompiledSchema } from '../settings/compile-schema.js';
import { explainFault } from '../settings/explain-fault.js';
import type { Fault } from '../settings/settings-error.js';
import {
  offsetOf,
  offsetOfName,
  parseDocument,
  positionAt,
  SourceError,
  toPlain,
  type Located,
} from '@provisioning/input/documents';
import { DefinitionError, type Complaint } from './definition-error.js';

/**
 * @param file the name of the file in messages
 * @param compiled the schema; its keyword `hint` is the sentence that follows a fault
 * @param meaning finds faults that a schema cannot express
 * @throws DefinitionError with every fault found
 */
export function parseTomlFile<T>(
  text: string,
  file: string,
  compiled: CompiledSchema<T>,
  meaning: (written: T) => Complaint[],
): T {
  const located = read(text, file);
  const written = toPlain(located);
  const check = compiled();
  const complaints = check(written) ? meaning(written) : shapeFaults(check.errors ?? []);
  // Safe cast: the schema has no complaints.
  if (complaints.length === 0) return written as T;
  const faults = complaints
    .map(({ path, message, ofName }) => {
      const shown = showPath(path);
      const offset = (ofName ? offsetOfName(located, path) : offsetOf(located, path)) ?? 0;
      return { offset, path: shown, message: `${shown || 'The file'} ${message}` };
    })
    .sort((one, other) => one.offset - other.offset);
  throw new DefinitionError(
    faults.map(({ offset, path, message }): Fault => ({ file, ...positionAt(text, offset), path, message })),
  );
}

function read(text: string, file: string): Located {
  try {
    return parseDocument(text, 'toml');
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    const place = error.offset === undefined ? {} : positionAt(text, error.offset);
    throw new DefinitionError([{ file, ...place, path: '', message: error.message }]);
  }
}

function shapeFaults(errors: readonly ErrorObject[]): Complaint[] {
  // A value of a wrong type also breaks the rules for the right type: the first fault of a place is enough.
  const complaints = new Map<string, Complaint>();
  for (const error of errors) {
    const { path, ofName, complaint, hint } = explainFault(error);
    const key = showPath(path);
    if (complaints.has(key)) continue;
    complaints.set(key, { path, ofName, message: `${complaint}.${hint ? ` ${hint}` : ''}` });
  }
  return [...complaints.values()];
}
