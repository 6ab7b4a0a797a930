import type { VisibleCheckpoints } from '../access/visibility.js';
import type { Actor } from '../audit/actor.js';
import type { Page } from '../page.js';
import type { IdempotencyKey } from '../workflow/submitter.js';
import type { Checkpoint, CheckpointItem } from './rollback.js';

/** A checkpoint that is being created. */
export interface NewCheckpoint {
  id: string;
  name: string;
  description: string | null;
  infras: readonly string[] | null;
  createdBy: string;
  createdByName: string;
  actor?: Actor | undefined;
}

/** A page of checkpoints. */
export interface CheckpointFilter extends Page {
  /** Only these; all where absent. */
  visible?: VisibleCheckpoints | undefined;
}

/** Stores checkpoints. */
export interface CheckpointStore {
  create(
    checkpoint: NewCheckpoint,
    idempotency: IdempotencyKey | undefined,
  ): Promise<{ outcome: 'created' | 'replayed'; id: string } | { outcome: 'conflict' }>;
  /** Newest first. */
  list(filter: CheckpointFilter): Promise<{ checkpoints: Checkpoint[]; total: number }>;
  /** @param visible counts only these; all where absent */
  count(visible?: VisibleCheckpoints): Promise<number>;
  find(id: string): Promise<Checkpoint | undefined>;
  /** Deletes a checkpoint, unless an open rollback or restore refers to it (`in_use`). */
  delete(
    id: string,
    actor: Actor,
  ): Promise<{ outcome: 'deleted' | 'unknown' } | { outcome: 'in_use'; rollbackId: string }>;
  /** The infras that a checkpoint covers. */
  infrasOf(checkpointId: string): Promise<string[]>;
  /** The infras that any checkpoint covers. */
  allInfras(): Promise<string[]>;
  /** The resources of a checkpoint. */
  items(checkpointId: string): Promise<CheckpointItem[]>;
}
