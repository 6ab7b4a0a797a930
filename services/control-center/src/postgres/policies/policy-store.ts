import { Failure } from '@provisioning/errors';
import type { PolicyDocument, PolicyRule } from '@provisioning/policy';
import { newestFirst, countOf, rowsOf, violatedConstraint } from '@provisioning/runtime';
import type { Knex } from 'knex';
import type { AuditActor } from '../../domain/audit/audit-record.js';
import type { Policy, PolicyVersion, StoredPolicySet } from '../../domain/policy/policy.js';
import type { Page } from '../../domain/page.js';
import type { PolicyWrites } from '../../domain/policy/policy-store.js';

interface PolicyRow {
  id: string;
  name: string;
  version: string;
  description: string | null;
  enabled: boolean;
  rules: PolicyRule[];
  revision: number;
  created_at: Date;
  updated_at: Date;
}

interface VersionRow extends Omit<PolicyRow, 'id' | 'created_at' | 'updated_at'> {
  policy_id: string;
  deleted: boolean;
  changed_at: Date;
  changed_by: string | null;
}

/** `database` may be a transaction: then the lock lasts until its end. */
export class PostgresPolicyStore implements PolicyWrites {
  constructor(private readonly database: Knex) {}

  async current(): Promise<number> {
    const row = await this.database<{ revision: string }>('policy_revision').first('revision');
    return Number(row?.revision ?? 0);
  }

  async lock(): Promise<number> {
    const row = await this.database<{ revision: string }>('policy_revision').first('revision').forUpdate();
    return Number(row?.revision ?? 0);
  }

  async find(id: string): Promise<Policy | undefined> {
    const row = await this.database<PolicyRow>('policies').first('*').where({ id });
    return row && toPolicy(row);
  }

  async findByName(name: string): Promise<Policy | undefined> {
    const row = await this.database<PolicyRow>('policies').first('*').where({ name });
    return row && toPolicy(row);
  }

  async list(page: Page): Promise<{ policies: Policy[]; total: number }> {
    const [rows, total] = await Promise.all([
      newestFirst(this.database<PolicyRow>('policies').select('*'), 'id', page),
      countOf(this.database('policies')),
    ]);
    return { policies: rows.map(toPolicy), total };
  }

  async listVersions(id: string, page: Page<number>): Promise<{ versions: PolicyVersion[]; total: number }> {
    const of = () => this.database<VersionRow>('policy_versions').where({ policy_id: id, deleted: false });
    const [rows, total] = await Promise.all([newestFirst(of().select('*'), 'revision', page), countOf(of())]);
    return { versions: rows.map(toVersion), total };
  }

  /** One statement, so that the policies are those of the revision. */
  async inForce(): Promise<StoredPolicySet> {
    const rows = await rowsOf<{ revision: string; documents: PolicyDocument[] }>(
      this.database,
      `
      select revision, coalesce((
        select json_agg(json_build_object('id', id, 'name', name, 'version', version, 'rules', rules) order by id)
          from policies where enabled), '[]') as documents
        from policy_revision`,
    );
    const [row] = rows;
    return { revision: Number(row?.revision ?? 0), documents: row?.documents ?? [] };
  }

  async insert(policy: Policy): Promise<void> {
    await this.database('policies').insert(toRow(policy)).catch(sayWhatIsTaken);
  }

  async save(policy: Policy): Promise<void> {
    const { id, ...members } = toRow(policy);
    await this.database('policies').where({ id }).update(members).catch(sayWhatIsTaken);
  }

  async remove(id: string): Promise<void> {
    await this.database('policies').where({ id }).delete();
  }

  async recordChange(
    policy: Policy,
    { by, at, deleted = false }: { by: AuditActor | undefined; at: Date; deleted?: boolean },
  ): Promise<void> {
    const [made] = await this.database('policy_revision')
      .update({ revision: this.database.raw('revision + 1') })
      .returning<{ revision: string }[]>('revision');
    const { id, name, version, description, enabled, rules, revision } = toRow(policy);
    await this.database('policy_versions').insert({
      policy_id: id,
      revision: deleted ? revision + 1 : revision,
      set_revision: made?.revision,
      deleted,
      name,
      version,
      description,
      enabled,
      rules,
      changed_at: at,
      changed_by_id: by?.userId ?? null,
      changed_by: by?.username ?? null,
    });
  }
}

function toRow(policy: Policy) {
  const { id, name, version, description, enabled, revision, createdAt, updatedAt } = policy;
  return {
    id,
    name,
    version,
    description,
    enabled,
    revision,
    rules: JSON.stringify(policy.rules),
    created_at: createdAt,
    updated_at: updatedAt,
  };
}

function toPolicy({ created_at, updated_at, ...row }: PolicyRow): Policy {
  return { ...row, createdAt: created_at, updatedAt: updated_at };
}

function toVersion(row: VersionRow): PolicyVersion {
  const { revision, name, version, description, enabled, rules } = row;
  const changes = { changedAt: row.changed_at, changedBy: row.changed_by };
  return { revision, name, version, description, enabled, rules, ...changes };
}

function sayWhatIsTaken(error: unknown): never {
  if (violatedConstraint(error) !== 'policies_name_key') throw error;
  throw new Failure('conflict', 'Another policy has this name. Choose another one, or change that policy.', {
    code: 'policy_name_taken',
  });
}
