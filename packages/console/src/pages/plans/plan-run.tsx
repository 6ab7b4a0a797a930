import { Link } from '@tanstack/react-router';
import type { StoredPlan } from '@provisioning/contracts';
import type { ReactNode } from 'react';

/** What a plan is of, for people. */
export const PLAN_KINDS: Readonly<Record<StoredPlan['kind'], string>> = {
  batch: 'Batch',
  workflow: 'Workflow',
  rollback: 'Rollback',
  restore: 'Restore',
};

/** What executes the plan: its noun and its id. Undefined until the plan has been executed. */
export function runOf({ kind, batch_id, task_id, rollback_id }: StoredPlan): PlanRun | undefined {
  if (batch_id) return { noun: 'batch', to: '/batches/$id', id: batch_id };
  if (task_id) return { noun: 'task', to: '/tasks/$id', id: task_id };
  const noun = kind === 'restore' ? 'restore' : 'rollback';
  return rollback_id ? { noun, to: '/rollbacks/$id', id: rollback_id } : undefined;
}

/** The batch, task, rollback or restore that executes a plan. */
export interface PlanRun {
  noun: 'batch' | 'task' | 'rollback' | 'restore';
  to: '/batches/$id' | '/tasks/$id' | '/rollbacks/$id';
  id: string;
}

/** A link to what executes a plan. */
export function RunLink({
  run: { to, id },
  className = '',
  children,
}: {
  run: PlanRun;
  className?: string;
  children: ReactNode;
}) {
  return (
    <Link to={to} params={{ id }} search={{}} className={className}>
      {children}
    </Link>
  );
}
