import type { Knex } from 'knex';

interface Rule {
  effect: 'Allow';
  resource: string;
  action: string[];
  condition: string;
}

const OPERATED: [string, string[]][] = [
  ['servers', ['create', 'update', 'delete']],
  ['taskservs', ['create', 'update', 'delete']],
  ['clusters', ['create', 'update', 'delete']],
  ['commands', ['execute']],
  ['batches', ['create', 'execute', 'cancel']],
  ['tasks', ['execute', 'cancel']],
  ['checkpoints', ['create', 'delete', 'restore']],
  ['rollbacks', ['create', 'execute', 'cancel', 'restore']],
  ['webhooks', ['create', 'update', 'delete', 'execute']],
];
const READABLE = [
  'servers',
  'taskservs',
  'clusters',
  'commands',
  'batches',
  'tasks',
  'state',
  'checkpoints',
  'rollbacks',
  'events',
  'webhooks',
  'policies',
];

const allow = (type: string, action: string[], role: string): Rule => ({
  effect: 'Allow',
  resource: `${type}:*`,
  action,
  condition: `user.role == '${role}'`,
});
const read = (role: string) => (type: string) => allow(type, ['read'], role);

/** What the release before made, and what is added. */
const BUILTIN: Record<string, { before: Rule[]; added: Rule[] }> = {
  operator_access_policy: {
    before: [
      ...OPERATED.map(([type, actions]) => allow(type, actions, 'operator')),
      ...READABLE.map(read('operator')),
    ],
    added: [allow('plans', ['create', 'execute', 'cancel'], 'operator'), read('operator')('plans')],
  },
  viewer_access_policy: { before: READABLE.map(read('viewer')), added: [read('viewer')('plans')] },
};

/** The rules of a policy in an order that does not depend on how they were written. */
const SORTED = (rules: string) =>
  `(select jsonb_agg(rule order by rule) from jsonb_array_elements(${rules}::jsonb) rule)`;

/**
 * Operators may make and execute plans, and viewers may read them. A policy that was edited stays as it is; what to add to it
 * is in docs/how-to/write-a-policy.md.
 */
export async function up(knex: Knex): Promise<void> {
  for (const [name, { before, added }] of Object.entries(BUILTIN)) {
    const { rows } = (await knex.raw(
      `with locked as (select revision from policy_revision for update)
       update policies set rules = ?::json, revision = policies.revision + 1, updated_at = now()
         from locked where name = ? and ${SORTED('rules')} = ${SORTED('?')} returning policies.id`,
      [JSON.stringify([...before, ...added]), name, JSON.stringify(before)],
    )) as { rows: { id: string }[] };
    const [changed] = rows;
    if (!changed) continue;
    await knex.raw('update policy_revision set revision = revision + 1');
    await knex.raw(
      `insert into policy_versions (policy_id, revision, set_revision, name, version, description, enabled, rules, changed_at,
                                    changed_by)
         select p.id, p.revision, r.revision, p.name, p.version, p.description, p.enabled, p.rules, now(), 'migration'
           from policies p cross join policy_revision r where p.id = ?`,
      [changed.id],
    );
  }
  const { rows: edited } = (await knex.raw(
    `select name from policies where name = any (?) and not rules::text like '%plans:*%'`,
    [Object.keys(BUILTIN)],
  )) as { rows: { name: string }[] };
  for (const { name } of edited)
    process.emitWarning(
      `The policy ${name} was edited, so it was left as it is. It does not speak of plans:* yet, so its users can neither make nor read plans. docs/how-to/write-a-policy.md says what to add.`,
    );
}

export async function down(): Promise<void> {
  throw new Error('Migrations only go forward.');
}
