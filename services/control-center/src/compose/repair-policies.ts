import { Failure } from '@provisioning/errors';
import type { AfterMigrations } from '@provisioning/runtime';
import { repairPolicies } from '../domain/policy/policy-repair.js';
import { postgresUnitOfWork } from '../postgres/unit-of-work.js';

const OPTION = '--repair-policies';

/** @throws Failure `invalid` for anything but `--repair-policies`. */
export function readMigrateArguments(args: readonly string[]): AfterMigrations | undefined {
  const unknown = args.find((arg) => arg !== OPTION);
  if (unknown !== undefined) {
    throw new Failure('invalid', `There is no option ${JSON.stringify(unknown)}. The only one is ${OPTION}.`);
  }
  if (args.length === 0) return undefined;
  return async (database, log) => {
    const repair = await repairPolicies(postgresUnitOfWork(database), () => new Date());
    if (!repair) return log.info('nothing to repair: a user who can sign in controls the policies');
    const { editor, changes } = repair;
    for (const change of changes) log.info('policy changed', { ...change });
    log.info('policies repaired: this user controls them now', { username: editor });
  };
}
