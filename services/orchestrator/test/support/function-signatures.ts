import { rowsOf } from '@provisioning/runtime';
import type { Knex } from 'knex';

/** How a program calls a function of the schema, and what it reads from the result. */
export interface Signature {
  name: string;
  /** Types, by position. */
  parameters: string[];
  /** Number of required parameters, which are the first ones. */
  required: number;
  /** A type, or the columns of the table that it returns. */
  result: string[];
}

/** The functions of the schema. */
export async function signaturesOf(database: Knex): Promise<Signature[]> {
  const functions = await rowsOf<Omit<Signature, 'result'> & { result: string }>(
    database,
    `select proname as name, pronargs - pronargdefaults as required, pg_get_function_result(oid) as result,
            array(select format_type(type, null) from unnest(proargtypes) with ordinality as a (type, at) order by at) as parameters
       from pg_proc where pronamespace = current_schema()::regnamespace and prorettype <> 'trigger'::regtype
       order by proname, pronargs`,
  );
  return functions.map(({ name, parameters, required, result }) => ({
    name,
    parameters,
    required,
    result: /^TABLE\((.*)\)$/s.exec(result)?.[1]?.split(', ') ?? [result],
  }));
}

/** Whether a call of `before` can call `now` instead. */
export function serves(now: Signature, before: Signature): boolean {
  return (
    now.name === before.name &&
    before.parameters.every((type, index) => now.parameters[index] === type) &&
    now.required <= before.required &&
    before.result.every((column) => now.result.includes(column))
  );
}
