import type { JournalEntry, Resource } from '../../domain/rollback/rollback.js';

/** A row of `journal`. */
export interface JournalRow {
  seq: string;
  task_id: string;
  batch_id: string | null;
  attempt: number;
  state: JournalEntry['state'];
  change: JournalEntry['change'];
  infra: string;
  kind: string;
  name: string;
  provider: string;
  driver: string;
  resource_id: string | null;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  at: Date;
  undone_by: string | null;
}

/** A row of `resources`. */
export interface ResourceRow {
  infra: string;
  kind: string;
  name: string;
  provider: string;
  driver: string;
  body: Record<string, unknown>;
  version: number;
  task_id: string;
  created_at: Date;
  updated_at: Date;
}

/** The journal entry of a row. */
export function toEntry({
  seq,
  task_id: taskId,
  batch_id: batchId,
  resource_id: resourceId,
  undone_by: undoneBy,
  ...rest
}: JournalRow): JournalEntry {
  return { ...rest, seq: Number(seq), taskId, batchId, resourceId, undoneBy };
}

/** The resource of a row. */
export function toResource({
  task_id: taskId,
  created_at: createdAt,
  updated_at: updatedAt,
  ...rest
}: ResourceRow): Resource {
  return { ...rest, taskId, createdAt, updatedAt };
}
