import {
  Ban,
  Check,
  CircleQuestionMark,
  Hourglass,
  OctagonX,
  Play,
  RotateCcw,
  TriangleAlert,
  Undo2,
  type LucideIcon,
} from 'lucide-react';
import styles from './status.module.css';

type Tone = 'pending' | 'running' | 'ok' | 'failed' | 'cancelled' | 'warn' | 'undone' | 'unknown';

const LOOKS: Record<string, [icon: LucideIcon, tone: Tone, word?: string]> = {
  Enabled: [Check, 'ok'],
  Disabled: [Ban, 'cancelled'],
  Allow: [Check, 'ok'],
  Deny: [OctagonX, 'failed'],
  RequireApproval: [Hourglass, 'warn', 'Needs approval'],
  Success: [Check, 'ok'],
  Denied: [Ban, 'failed'],
  Failure: [OctagonX, 'failed'],
  Delivered: [Check, 'ok'],
  Verified: [Check, 'ok'],
  Altered: [OctagonX, 'failed'],
  Pending: [Hourglass, 'pending'],
  Running: [Play, 'running'],
  Completed: [Check, 'ok'],
  Failed: [OctagonX, 'failed'],
  Cancelled: [Ban, 'cancelled'],
  RollingBack: [RotateCcw, 'warn', 'Rolling back'],
  RolledBack: [Undo2, 'undone', 'Rolled back'],
  Kept: [Undo2, 'undone'],
  // Plans.
  Planning: [Play, 'running'],
  Planned: [Hourglass, 'pending'],
  Approved: [Check, 'ok'],
  Executing: [Play, 'running'],
  Executed: [Check, 'ok'],
  Rejected: [OctagonX, 'failed'],
  Expired: [Ban, 'cancelled'],
  Stale: [TriangleAlert, 'warn'],
  fulfilled: [Check, 'ok', 'Fulfilled'],
  open: [Hourglass, 'pending', 'Open'],
  // Changes of the journal.
  intended: [Hourglass, 'pending', 'Intended'],
  done: [Check, 'ok', 'Done'],
  failed: [OctagonX, 'failed', 'Failed'],
  undoing: [RotateCcw, 'warn', 'Undoing'],
  undone: [Undo2, 'undone', 'Undone'],
  undo_failed: [OctagonX, 'failed', 'Undo failed'],
  unknown: [CircleQuestionMark, 'unknown', 'Unknown'],
  // Health and workers.
  Healthy: [Check, 'ok'],
  Degraded: [TriangleAlert, 'warn'],
  Unhealthy: [OctagonX, 'failed'],
  alive: [Check, 'ok', 'Alive'],
  overdue: [TriangleAlert, 'warn', 'Overdue'],
  // Drift.
  missing: [OctagonX, 'failed', 'Missing'],
  changed: [TriangleAlert, 'warn', 'Changed'],
  unmanaged: [CircleQuestionMark, 'unknown', 'Unmanaged'],
  // Operations of a rollback.
  pending: [Hourglass, 'pending', 'Pending'],
  already_gone: [Check, 'cancelled', 'Already gone'],
  cannot_undo: [Ban, 'failed', 'Cannot undo'],
};

/** A status: an icon, a word and a colour. The word alone says everything. */
export function Status({ status }: { status: string }) {
  const [Icon, tone, word] = LOOKS[status] ?? [CircleQuestionMark, 'unknown' as const];
  return (
    <span className={styles['status']} data-status={status} data-tone={tone}>
      <Icon aria-hidden />
      {word ?? status}
    </span>
  );
}

/** The colour of a status, for what is painted. */
export const toneOf = (status: string): Tone => LOOKS[status]?.[1] ?? 'unknown';
export const wordOf = (status: string): string => LOOKS[status]?.[2] ?? status;
