import type { NewRollback } from '../../domain/rollback/rollback-store.js';
import { authorshipRow } from '../audit/actor-row.js';
import type { NewBatchRow } from '../batches/batch-rows.js';

/** Returns the row of the batch of a new rollback or restore. */
export function rollbackRow(rollback: NewRollback, scopeId: string): NewBatchRow {
  return {
    ...authorshipRow(rollback),
    id: rollback.id,
    kind: 'rollback',
    scope: rollback.scope,
    impossible: rollback.impossible,
    name: 'rollback',
    parallel_limit: 1,
    rollback_enabled: false,
    on_failure: 'stop',
    infras: rollback.infras,
    scope_id: scopeId,
  };
}
