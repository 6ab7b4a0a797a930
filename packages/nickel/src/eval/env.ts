import { evaluationError } from '../nickel-error.js';
import type { Span } from '../source.js';
import type { Env, RecordValue, Thunk } from './values.js';

/** An environment with one more name. */
export function bind(parent: Env | undefined, name: string, thunk: Thunk): Env {
  return { name, thunk, names: undefined, record: undefined, parent };
}

/** The names are those of the fields as they were written; the record may have been merged with others since. */
export function bindFields(parent: Env, names: ReadonlySet<string>, record: RecordValue): Env {
  return { name: undefined, thunk: undefined, names, record, parent };
}

/** The value of a name. Names are checked before evaluation, so only fields without a value are missing. */
export function lookup(env: Env, name: string, span: Span): Thunk {
  for (let here: Env | undefined = env; here; here = here.parent) {
    if (here.name === name) return here.thunk!;
    if (here.names?.has(name)) {
      const thunk = here.record!.thunk(name);
      if (thunk) return thunk;
      throw evaluationError(`The field "${name}" is used but has no value.`, span);
    }
  }
  throw evaluationError(`The name "${name}" is not defined.`, span);
}

/** The value of a name that is bound nearer than any record: looking it up cannot fail. */
export function boundThunk(env: Env, name: string): Thunk | undefined {
  for (let here: Env | undefined = env; here && !here.names; here = here.parent) {
    if (here.name === name) return here.thunk;
  }
  return undefined;
}
