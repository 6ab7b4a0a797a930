import type { Annotation } from '../syntax/ast.js';
import { Label } from './label.js';
import type { Machine } from './machine.js';
import type { Env, Thunk } from './values.js';

/** A value with annotations: each is checked when the value is used, in the order they are written. */
export function annotate(
  machine: Machine,
  annotations: readonly Annotation[],
  thunk: Thunk,
  env: Env,
): Thunk {
  let checked = thunk;
  for (const { type } of annotations) {
    checked = machine.contracts.wrap(machine.delay(type, env), Label.at(type.span, thunk.span), checked);
  }
  return checked;
}
