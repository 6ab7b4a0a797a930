import type { Knex } from 'knex';
import { v7 as uuidv7 } from 'uuid';

type Rule = { effect: 'Allow'; resource: string; action: string[]; condition: string };

const READABLE = [
  'servers',
  'taskservs',
  'clusters',
  'batches',
  'tasks',
  'state',
  'checkpoints',
  'rollbacks',
  'events',
  'webhooks',
  'policies',
  'commands',
];

const allow = (type: string, action: string[], role: string): Rule => ({
  effect: 'Allow',
  resource: `${type}:*`,
  action,
  condition: `user.role == '${role}'`,
});
const read = (role: string) => (type: string) => allow(type, ['read'], role);

const APPROVER = 'approver_access_policy';

/**
 * The new built-in role `approver` approves plans. A new platform has no policies yet: it creates its own at the first start.
 * A policy that has the name already stays as it is.
 */
export async function up(knex: Knex): Promise<void> {
  const { rows: stored } = (await knex.raw('select name from policies')) as { rows: { name: string }[] };
  if (stored.length === 0) return;
  if (!stored.some(({ name }) => name === APPROVER)) return createApprover(knex);
  process.emitWarning(
    `A policy named ${APPROVER} exists, so it was left as it is. The role approver needs the action approve on plans:*. docs/how-to/write-a-policy.md says what to add.`,
  );
}

async function createApprover(knex: Knex): Promise<void> {
  // Every change of policies takes this lock.
  await knex.raw('select revision from policy_revision for update');
  const id = uuidv7();
  const rules = [allow('plans', ['approve'], 'approver'), ...[...READABLE, 'plans'].map(read('approver'))];
  await knex.raw(
    `insert into policies (id, name, version, enabled, revision, rules, created_at, updated_at)
       values (?, ?, '1.0.0', true, 1, ?::json, now(), now())`,
    [id, APPROVER, JSON.stringify(rules)],
  );
  await recordVersion(knex, id);
}

async function recordVersion(knex: Knex, id: string): Promise<void> {
  await knex.raw('update policy_revision set revision = revision + 1');
  await knex.raw(
    `insert into policy_versions (policy_id, revision, set_revision, name, version, description, enabled, rules, changed_at,
                                  changed_by)
       select p.id, p.revision, r.revision, p.name, p.version, p.description, p.enabled, p.rules, now(), 'migration'
         from policies p cross join policy_revision r where p.id = ?`,
    [id],
  );
}

export async function down(): Promise<void> {
  throw new Error('Migrations only go forward.');
}
