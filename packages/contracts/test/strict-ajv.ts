import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { TSchema } from 'typebox';

/** As strict as the services compile them: an unknown keyword or an ignored default throws. */
export function strictAjv() {
  return addFormats.default(
    new Ajv2020({ strict: true, allErrors: true, useDefaults: true, allowUnionTypes: true }),
  );
}

/** The faults of a value, one a line, each with its place; empty if it is valid. Does not change the value. */
export function faultsOf(schema: TSchema, value: unknown): string[] {
  const validate = strictAjv().compile(schema);
  validate(structuredClone(value));
  return (validate.errors ?? []).map(({ instancePath, message }) =>
    `${instancePath} ${message ?? ''}`.trim(),
  );
}
