import type { FailureDetail } from '@provisioning/errors';

type Environment = Record<string, string | undefined>;

/** Renamed environment variables, by their present names. The old names are read until the next minor release. */
export const RENAMED_VARIABLES: Readonly<Record<string, string>> = {
  WATCHDOG_SECONDS: 'SHIM_SECONDS',
  AUDIT_CHECKPOINTS_FILE: 'AUDIT_HEADS_FILE',
  AUDIT_CHECKPOINT_RECORDS: 'AUDIT_HEAD_RECORDS',
  AUDIT_CHECKPOINT_SECONDS: 'AUDIT_HEAD_SECONDS',
};

/**
 * The environment with present names in place of old ones, including `_FILE` variants.
 * @param names of the variables that the process reads
 * @returns `faults` has an entry for each variable that is set under both of its names; `oldNames` gives, for each variable
 * that is set under its old name, that name
 */
export function withPresentNames(
  environment: Environment,
  names: readonly string[],
): { environment: Environment; faults: FailureDetail[]; oldNames: Map<string, string> } {
  const result = { ...environment };
  const faults: FailureDetail[] = [];
  const oldNames = new Map<string, string>();
  for (const name of names) {
    const old = RENAMED_VARIABLES[name];
    if (old === undefined) continue;
    for (const suffix of ['', '_FILE']) {
      const value = environment[`${old}${suffix}`];
      if (value === undefined) continue;
      if (environment[`${name}${suffix}`] === undefined) {
        result[`${name}${suffix}`] = value;
        oldNames.set(`${name}${suffix}`, `${old}${suffix}`);
      } else {
        const message = `must not be set together with ${name}${suffix}, its present name: remove ${old}${suffix}`;
        faults.push({ path: `${old}${suffix}`, message });
      }
    }
  }
  return { environment: result, faults, oldNames };
}
