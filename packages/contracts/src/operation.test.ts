import { describe, expect, it } from '@jest/globals';
import Type from 'typebox';
import {
  defineOperation,
  type AnyOperation,
  type BodyInputOf,
  type BodyOf,
  type DataOf,
  type ParamsOf,
  type QueryInputOf,
  type QueryOf,
} from './operation.js';
import type { controlCenter, orchestrator } from './operations.js';
import { orchestratorHealth } from './orchestrator/system.js';
import { listTasks } from './orchestrator/tasks.js';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** Compiles only if the two types are identical. */
function same<A, B>(verdict: Same<A, B>): void {
  expect(verdict).toBe(true);
}

describe('the types of an operation', () => {
  it('follow from its schemas', () => {
    same<ParamsOf<typeof orchestrator.cancelTask>, { id: string }>(true);
    same<BodyOf<typeof orchestrator.cancelTask>, undefined>(true);
    same<DataOf<typeof orchestratorHealth>, 'Orchestrator is healthy'>(true);
    same<QueryOf<typeof orchestrator.getTaskLogs>['search'], string | undefined>(true);
  });

  it('make a field with a default required for a handler and optional for a client', () => {
    same<QueryOf<typeof listTasks>['limit'], number>(true);
    same<QueryInputOf<typeof listTasks>['limit'], number | undefined>(true);
    same<BodyOf<typeof orchestrator.createServers>['check_mode'], boolean>(true);
    same<BodyInputOf<typeof orchestrator.createServers>['check_mode'], boolean | undefined>(true);
    same<BodyOf<typeof orchestrator.createTaskserv>['operation'], 'create' | 'delete'>(true);
  });

  it('discriminate the operations of a batch by type', () => {
    type Operation = BodyOf<typeof orchestrator.executeBatch>['operations'][number];
    same<Extract<Operation, { type: 'cluster_batch' }>['cluster_type'], string>(true);
  });

  it('allow different operations in one list', () => {
    const list: AnyOperation[] = [listTasks, orchestratorHealth];
    same<(typeof orchestrator)[keyof typeof orchestrator] extends AnyOperation ? true : false, true>(true);
    same<(typeof controlCenter)[keyof typeof controlCenter] extends AnyOperation ? true : false, true>(true);
    expect(list.map(({ id }) => id)).toEqual(['listTasks', 'orchestratorHealth']);
  });

  it('are inferred from the declaration of the operation', () => {
    const operation = defineOperation({
      id: 'probe',
      service: 'orchestrator',
      method: 'post',
      path: '/probe',
      tag: 'System',
      summary: 'Only for this test',
      permission: 'self',
      rateClass: 'general',
      body: Type.Object({ text: Type.String() }),
      success: { status: 200, data: Type.Array(Type.Integer()) },
      errors: [],
    });
    expect(operation.body?.required).toEqual(['text']);
    same<BodyOf<typeof operation>, { text: string }>(true);
    same<DataOf<typeof operation>, number[]>(true);
  });
});
