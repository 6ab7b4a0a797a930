import { codeOf, messageOf } from '@provisioning/errors';
import { readFileSync } from 'node:fs';
import type { FailureDetail } from '@provisioning/errors';

type Environment = Record<string, string | undefined>;

/**
 * The environment with values from files: if NAME_FILE is set, NAME is the text of that file without its final line break.
 * Secrets thus need not be in any environment (Docker and Kubernetes mount secrets as files).
 * @param names of the variables that may be given as files
 * @returns `faults` has an entry for each file that cannot be used; the text of a file is never part of it
 */
export function withFiles(
  environment: Environment,
  names: readonly string[],
): { environment: Environment; faults: FailureDetail[] } {
  const result = { ...environment };
  const faults: FailureDetail[] = [];
  for (const name of names) {
    const variable = `${name}_FILE`;
    const path = environment[variable];
    // Not a file variable, although its name ends like one: AUDIT_HEADS_FILE is not the file of AUDIT_HEADS.
    if (!path || names.includes(variable)) continue;
    Reflect.deleteProperty(result, variable);
    try {
      if (environment[name]) throw new Error(`must not be set together with ${name}: remove one of the two`);
      result[name] = textOf(path);
    } catch (error) {
      faults.push({ path: variable, message: messageOf(error) });
    }
  }
  return { environment: result, faults };
}

function textOf(path: string): string {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    const code = codeOf(error);
    throw new Error(`must name a file that this process can read, and ${path} is not one (${code})`, {
      cause: error,
    });
  }
  if (text === '') throw new Error(`must name a file that contains the value, but ${path} is empty`);
  return text;
}
