import type { Authorizer } from '@provisioning/http-kit';
import type { AfterMigrations } from '@provisioning/runtime';
import type { HoldWatch } from '../domain/hold/hold-watch.js';
import { PostgresHoldStore } from '../postgres/hold/hold-store.js';

/** Refuses changes while work is held after a restore; reads and the release itself are not affected. */
export function refusingWhileHeld(
  watch: Pick<HoldWatch, 'refuseIfHeld'>,
  authorizer: Authorizer,
): Authorizer {
  return (asked, decisionId) => {
    const infra = asked.context?.['infra'];
    if (asked.action !== 'read' && asked.resource !== 'state:*')
      watch.refuseIfHeld(typeof infra === 'string' ? infra : undefined);
    return authorizer(asked, decisionId);
  };
}

/** What `migrate` does before any process serves: holds all work if the database was restored. */
export const noticeRestore: AfterMigrations = async (database, log, restored) => {
  const store = new PostgresHoldStore(database);
  const check = await store.checkDatabase();
  if (restored && check !== 'restored')
    await store.hold('The platform was started with PROVISIONING_RESTORED.', undefined);
  if (restored || check === 'restored')
    log.warn('the database was restored from a backup: all work is held until it is released', { check });
};
