import { rowsOf } from '@provisioning/runtime';
import type { Knex } from 'knex';
import type { DeliverySubject } from '../../domain/webhook/delivery-rights.js';
import { subjectsOf, type SubjectRow } from '../events/event-rows.js';
import type { PlanSubject } from '../../domain/event/recorded-event.js';
import type { PostgresScopeStore } from '../access/scope-store.js';
import { attachScopes } from '../events/scoped-events.js';

/** Returns a function that finds the task, batch or plan of a delivery by the ids in its data. */
export function deliverySubjects(database: Knex, scopes: PostgresScopeStore) {
  return async (data: string): Promise<DeliverySubject | undefined> => {
    // Safe cast: this service wrote the data itself (domain/webhook/webhook-event.ts).
    const ids = JSON.parse(data) as { task_id?: string; batch_id?: string; plan_id?: string };
    const { task_id: taskId = null, batch_id: batchId = null, plan_id: planId } = ids;
    if (planId !== undefined) return ofPlan(database, scopes, planId);
    if (taskId === null && batchId === null) return null;
    const [row] = await rowsOf<SubjectRow>(
      database,
      `select t.kind as task_kind, t.name as task_name, t.infra, t.check_mode, t.op_key, t.scope_id as task_scope,
              b.kind as batch_kind, b.name as batch_name, b.infras, b.scope_id as batch_scope
         from (select ?::uuid as task_id, ?::uuid as batch_id) asked
         left join tasks t on t.id = asked.task_id left join batches b on b.id = asked.batch_id`,
      [taskId, batchId],
    );
    const about = row && { taskId, batchId, ...subjectsOf(row), plan: null };
    if (!about || (taskId !== null && !about.task) || (batchId !== null && !about.batch)) return undefined;
    await attachScopes([about], scopes);
    return about;
  };
}

async function ofPlan(
  database: Knex,
  scopes: PostgresScopeStore,
  id: string,
): Promise<DeliverySubject | undefined> {
  const [row] = await rowsOf<Pick<PlanSubject, 'kind' | 'name' | 'infras'> & { scope_id: string }>(
    database,
    'select kind, name, infras, scope_id from plans where id = ?',
    [id],
  );
  if (!row) return undefined;
  const { scope_id: scopeId, ...named } = row;
  const about = {
    taskId: null,
    batchId: null,
    task: null,
    batch: null,
    plan: { id, ...named, scopeId, scope: null },
  };
  await attachScopes([about], scopes);
  return about;
}
