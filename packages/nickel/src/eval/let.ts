import type { Expression, LetBinding, Pattern } from '../syntax/ast.js';
import { boundNames } from '../syntax/ast.js';
import { annotate } from './annotate.js';
import { bind } from './env.js';
import { destructure } from './patterns.js';
import type { Machine } from './machine.js';
import { Thunk, type Env } from './values.js';

/** The environment of the body of `let`. With `let rec` the values see each other. */
export function bindLet(
  machine: Machine,
  { bindings, recursive }: Expression & { kind: 'let' },
  outer: Env,
): Env {
  let env = outer;
  // The values are only computed after the environment that they see is complete.
  const seen = (): Env => (recursive ? env : outer);
  for (const binding of bindings) {
    const thunk = valueOf(machine, binding, seen);
    env = isName(binding.pattern)
      ? bind(env, binding.pattern.name, thunk)
      : bindPattern(machine, binding.pattern, thunk, env, seen);
  }
  return env;
}

function isName(pattern: Pattern): pattern is Pattern & { kind: 'any' } {
  return pattern.kind === 'any' && pattern.alias === undefined;
}

function valueOf(machine: Machine, { annotations, value }: LetBinding, seen: () => Env): Thunk {
  const own = new Thunk(() => machine.evaluate(value, seen()), value.span);
  if (annotations.length === 0) return own;
  return new Thunk(() => machine.force(annotate(machine, annotations, own, seen())), value.span);
}

/** Names of a pattern: the value is only taken apart when one of them is used. */
function bindPattern(machine: Machine, pattern: Pattern, thunk: Thunk, outer: Env, seen: () => Env): Env {
  let matched: Env | undefined;
  const match = (): Env => (matched ??= destructure(machine, pattern, thunk, seen()));
  let env = outer;
  for (const name of boundNames(pattern)) {
    const part = new Thunk(() => {
      let here: Env | undefined = match();
      while (here && here.name !== name) here = here.parent;
      return machine.force(here!.thunk!);
    }, thunk.span);
    env = bind(env, name, part);
  }
  return env;
}
