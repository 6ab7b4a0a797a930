import { Failure } from '@provisioning/errors';
import type { AfterMigrations, Logger } from '@provisioning/runtime';
import type { Knex } from 'knex';
import { repairPolicies } from '../domain/policy/policy-repair.js';
import { PostgresRestoreStore } from '../postgres/restore-store.js';
import { postgresUnitOfWork } from '../postgres/unit-of-work.js';

const OPTION = '--repair-policies';

/** @throws Failure `invalid` for anything but `--repair-policies`. */
export function readMigrateArguments(args: readonly string[]): AfterMigrations {
  const unknown = args.find((arg) => arg !== OPTION);
  if (unknown !== undefined) {
    throw new Failure('invalid', `There is no option ${JSON.stringify(unknown)}. The only one is ${OPTION}.`);
  }
  return async (database, log, restored) => {
    if (restored) await new PostgresRestoreStore(database).announce();
    if (args.length > 0) await repair(database, log);
  };
}

async function repair(database: Knex, log: Logger): Promise<void> {
  const repaired = await repairPolicies(postgresUnitOfWork(database), () => new Date());
  if (!repaired) return log.info('nothing to repair: a user who can sign in controls the policies');
  const { editor, changes } = repaired;
  for (const change of changes) log.info('policy changed', { ...change });
  log.info('policies repaired: this user controls them now', { username: editor });
}
