import { newestFirst, rowsOf, countOf } from '@provisioning/runtime';
import type { Knex } from 'knex';
import { validate as isUuid } from 'uuid';
import type { VisibleCheckpoints } from '../../domain/access/visibility.js';
import type { Actor } from '../../domain/audit/actor.js';
import { OPEN_BATCHES } from '../../domain/batch/batch.js';
import type {
  CheckpointFilter,
  CheckpointStore,
  NewCheckpoint,
} from '../../domain/rollback/checkpoint-store.js';
import type { Checkpoint, CheckpointItem } from '../../domain/rollback/rollback.js';
import type { IdempotencyKey } from '../../domain/workflow/submitter.js';
import { notLike } from '../access/visible-rows.js';
import { actorText } from '../audit/actor-row.js';
import { recordEvent } from '../events/record-event.js';

interface CheckpointRow {
  id: string;
  name: string;
  description: string | null;
  infras: string[] | null;
  journal_seq: string;
  operations_count: number;
  bytes: string;
  created_by: string;
  created_by_name: string;
  created_at: Date;
}

/** Stores checkpoints. */
export class PostgresCheckpointStore implements CheckpointStore {
  constructor(private readonly database: Knex) {}

  async create(
    { id, name, description, infras, createdBy, createdByName, actor }: NewCheckpoint,
    idempotency: IdempotencyKey | undefined,
  ): Promise<{ outcome: 'created' | 'replayed'; id: string } | { outcome: 'conflict' }> {
    const { principal = null, key = null, requestHash = null } = idempotency ?? {};
    const row = { id, name, description, infras, created_by: createdBy, created_by_name: createdByName };
    const [created] = await rowsOf<{ checkpoint_id: string; outcome: 'created' | 'replayed' | 'conflict' }>(
      this.database,
      'select * from create_checkpoint(?::jsonb, ?, ?, ?, ?::jsonb)',
      [JSON.stringify(row), principal, key, requestHash, actorText(actor)],
    );
    if (!created || created.outcome === 'conflict') return { outcome: 'conflict' };
    return { outcome: created.outcome, id: created.checkpoint_id };
  }

  async list({ visible, ...page }: CheckpointFilter): Promise<{ checkpoints: Checkpoint[]; total: number }> {
    const [rows, total] = await Promise.all([
      newestFirst(this.#visible(visible).select<CheckpointRow[]>('*'), 'id', page),
      this.count(visible),
    ]);
    return { checkpoints: rows.map(toCheckpoint), total };
  }

  async count(visible?: VisibleCheckpoints): Promise<number> {
    return countOf(this.#visible(visible));
  }

  /** Checkpoints whose infras may all be read. */
  #visible(visible: VisibleCheckpoints | undefined): Knex.QueryBuilder {
    const query = this.database<CheckpointRow>('checkpoints');
    if (!visible) return query;
    const { infras, deniedIds } = visible;
    query.whereRaw(
      `coalesce(infras, '{}') <@ ?::text[] and not exists (
         select from checkpoint_items i where i.checkpoint_id = checkpoints.id and i.infra <> all (?::text[]))`,
      [[...infras], [...infras]],
    );
    if (deniedIds.length > 0) notLike(query, 'checkpoints.id', deniedIds);
    return query;
  }

  async delete(id: string, actor: Actor): ReturnType<CheckpointStore['delete']> {
    return this.database.transaction(async (transaction) => {
      // `submit_rollback` takes a share lock of this row: no rollback to the checkpoint begins between check and deletion.
      const checkpoint = await transaction<CheckpointRow>('checkpoints')
        .where({ id })
        .forUpdate()
        .first<CheckpointRow | undefined>();
      if (!checkpoint) return { outcome: 'unknown' };
      const user = await transaction('batches')
        .where({ kind: 'rollback' })
        .whereIn('status', OPEN_BATCHES)
        .whereRaw(`(scope ->> 'checkpoint_id')::uuid = ?::uuid`, [id])
        .first<{ id: string } | undefined>('id');
      if (user) return { outcome: 'in_use', rollbackId: user.id };
      await transaction('checkpoint_items').where({ checkpoint_id: id }).delete();
      await transaction('checkpoints').where({ id }).delete();
      const { name, infras } = checkpoint;
      await recordEvent(transaction, {
        type: 'told',
        status: 'Done',
        details: { action: 'checkpoint.delete', resource: `checkpoints/${id}`, name, infras },
        actor,
      });
      return { outcome: 'deleted' };
    });
  }

  async infrasOf(checkpointId: string): Promise<string[]> {
    const rows = await rowsOf<{ infra: string }>(
      this.database,
      `select distinct infra from checkpoint_items where checkpoint_id = :id
       union select unnest(infras) from checkpoints where id = :id`,
      { id: checkpointId },
    );
    return rows.map(({ infra }) => infra);
  }

  async allInfras(): Promise<string[]> {
    const rows = await rowsOf<{ infra: string }>(
      this.database,
      'select distinct infra from checkpoint_items union select unnest(infras) from checkpoints',
    );
    return rows.map(({ infra }) => infra);
  }

  async find(id: string): Promise<Checkpoint | undefined> {
    // The contract does not require ids in bodies to be UUIDs: any other text is an unknown id.
    if (!isUuid(id)) return undefined;
    const row = await this.database<CheckpointRow>('checkpoints')
      .where({ id })
      .first<CheckpointRow | undefined>();
    return row && toCheckpoint(row);
  }

  async items(checkpointId: string): Promise<CheckpointItem[]> {
    return this.database<CheckpointItem & { checkpoint_id: string }>('checkpoint_items')
      .where({ checkpoint_id: checkpointId })
      .select('infra', 'kind', 'name', 'provider', 'driver', 'body')
      .orderBy(['infra', 'kind', 'name']);
  }
}

function toCheckpoint(row: CheckpointRow): Checkpoint {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    infras: row.infras,
    journalSeq: Number(row.journal_seq),
    operationsCount: row.operations_count,
    bytes: Number(row.bytes),
    createdBy: row.created_by,
    createdByName: row.created_by_name,
    createdAt: row.created_at,
  };
}
