import type { MovedInput, StoredPlan } from '@provisioning/contracts';
import type { Context } from '../../context.js';

/** What must be read first comes first. */
const ORDER = ['destroy', 'change', 'create', 'adopt', 'forget'];

/** Prints a plan: what it is, its changes with destroys first, what is known only afterwards, and the decisions. */
export function showPlan(printer: Context['printer'], plan: StoredPlan): void {
  if (printer.format !== 'table') return printer.data(plan);
  const { id, status, kind, name, infras, digest, created_by, created_at, expires_at, error } = plan;
  printer.record(plan, {
    status,
    id,
    kind,
    name,
    infras,
    digest,
    created: `${created_at} by ${created_by}`,
    expires: expires_at,
    ...(plan.batch_id ? { batch: plan.batch_id } : {}),
    ...(plan.task_id ? { task: plan.task_id } : {}),
    ...(plan.rollback_id ? { rollback: plan.rollback_id } : {}),
    ...(error === null ? {} : { error }),
  });
  if (plan.changes.length > 0) {
    printer.rows(
      [...plan.changes].sort((a, b) => ORDER.indexOf(a.change) - ORDER.indexOf(b.change)),
      {
        change: ({ change }) => change,
        kind: ({ kind }) => kind,
        infra: ({ infra }) => infra,
        name: (change) => change.name,
        provider: ({ provider }) => provider,
        // The ids in the other kinds of plans were not chosen by a user.
        ...(kind === 'batch' ? { operation: ({ operation }) => operation } : {}),
      },
    );
  }
  for (const note of plan.notes) printer.note(note);
  for (const value of plan.known_after) printer.note(`Known after the execution: ${value}`);
  if (plan.requirements.length > 0) {
    printer.rows(plan.requirements, {
      required: ({ fulfilled }) => (fulfilled ? 'Done' : 'Waiting'),
      approvals: ({ count, fulfilled_by }) => `${fulfilled_by.length} of ${count}`,
      roles: ({ roles }) => roles ?? 'any',
      by: ({ fulfilled_by }) => fulfilled_by,
      policy: ({ policy }) => policy,
    });
  }
  if (plan.decisions.length > 0) {
    printer.rows(plan.decisions, {
      decision: ({ decision }) => decision,
      user: ({ user }) => user,
      at: ({ decided_at }) => decided_at,
      comment: ({ comment }) => comment,
    });
  }
  if (plan.moved.length > 0) showMoved(printer, plan.moved);
  const { create, change, destroy } = plan.summary;
  if (digest !== null)
    printer.outcome(status, `${create} to create, ${change} to change, ${destroy} to destroy.`);
}

/** Prints the inputs of a plan that have changed since it was made. */
export function showMoved(printer: Context['printer'], moved: readonly MovedInput[]): void {
  printer.rows(moved, {
    moved: ({ input }) => input,
    before: ({ before }) => before,
    after: ({ after }) => after,
  });
}
