import type { RollbackSummary } from '@provisioning/contracts';

/** What each kind of rollback is called. */
export const TITLES: Readonly<Record<RollbackSummary['kind'], string>> = {
  checkpoint: 'Rollback to a checkpoint',
  operations: 'Rollback of operations',
  restore: 'Restore',
};
