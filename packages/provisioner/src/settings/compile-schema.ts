import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Static, TSchema } from 'typebox';

/** A schema compiled at its first use. */
export type CompiledSchema<T> = () => ValidateFunction<T>;

/**
 * Compiles a schema for files that people write: all faults are reported, with the keyword `hint`, the sentence that
 * follows a fault. It is compiled at the first use, because most processes that load this package never read such a file.
 */
export function compileSchema<S extends TSchema>(schema: S): CompiledSchema<Static<S>> {
  let compiled: ValidateFunction<Static<S>> | undefined;
  return () => {
    if (compiled) return compiled;
    const ajv = new Ajv2020({ allErrors: true, verbose: true, allowUnionTypes: true });
    ajv.addKeyword('hint');
    return (compiled = ajv.compile<Static<S>>(schema));
  };
}
