import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { isFailure } from '@provisioning/errors';
import { rowsOf } from '@provisioning/runtime';
import { cloneDatabase, type TestDatabase } from '@provisioning/test-kit';
import fc from 'fast-check';
import { v7 as uuidv7 } from 'uuid';
import { grantOf } from '../../src/domain/access/grant.js';
import { doQuestions } from '../../src/domain/access/scope.js';
import type { PlanStatus } from '../../src/domain/plan/plan.js';
import type { Submitter } from '../../src/domain/workflow/submitter.js';
import { cutPostgres } from '../support/cut-postgres.js';
import { planProcess, requestIn, type PlanProcess } from '../support/plan-process.js';
import { answerPlanning, planOf } from '../support/planning.js';

const person = (username: string, ...roles: string[]) => ({
  id: uuidv7(),
  username,
  email: `${username}@example.com`,
  roles,
  enabled: true,
});
const sam = person('sam', 'operator');
const ada = person('ada', 'approver');
const ben = person('ben', 'approver');
const USERS = [sam, ada, ben];
/** Every server of an infra whose name begins so needs the approval of another user. */
const GUARDED = {
  name: 'guarded',
  version: '1.0.0',
  rules: [
    {
      effect: 'RequireApproval' as const,
      resource: 'servers:guarded*',
      action: ['create' as const],
      approval: { count: 1, roles: ['approver'], distinct_from: ['submitter' as const] },
    },
  ],
};

let clone: TestDatabase;
let api: PlanProcess;

beforeAll(async () => {
  clone = await cloneDatabase('orchestrator');
  api = planProcess(clone.url, USERS, [GUARDED]);
});
afterAll(async () => {
  await api.database.destroy();
  await clone.drop();
});

const actorOf = ({ id: userId, username }: typeof sam) => ({
  userId,
  username,
  sessionId: uuidv7(),
  ip: '127.0.0.1',
  requestId: 'r',
});

function submitterIn(infra: string): Submitter {
  const { request, scope } = requestIn(infra, sam.id);
  return {
    userId: sam.id,
    username: sam.username,
    requestId: 'r',
    traceparent: undefined,
    idempotency: { principal: sam.id, key: infra, requestHash: 'h' },
    actor: actorOf(sam),
    grant: grantOf(
      doQuestions('execute', [`batches:${request.name}`], scope),
      { ip: '127.0.0.1', method: 'POST', path: '/plans/x/execute' },
      undefined,
    ),
  };
}

/** Acts as a worker, if a planning task waits for one. */
async function work(infra: string): Promise<void> {
  const ready = await rowsOf(
    api.database,
    `select from tasks where kind = 'survey' and status = 'Ready' and infra = ?`,
    [infra],
  );
  if (ready.length > 0) await answerPlanning(api.database, infra, planOf(infra));
}

async function create({ plans }: PlanProcess, infra: string): Promise<string> {
  const { request, scope } = requestIn(infra, sam.id);
  const requested = { kind: 'batch' as const, request, name: request.name };
  return (await plans.create(requested, scope, submitterIn(infra))).plan.id;
}

/** The statuses that a plan has had, with the status before that each of its events names. */
const historyOf = (id: string) =>
  rowsOf<{ previous: PlanStatus | null; status: PlanStatus }>(
    api.database,
    `select details ->> 'previous' as previous, status from events
      where type = 'plan_changed' and details ->> 'plan_id' = ? order by seq`,
    [id],
  );

interface Left {
  plans: number;
  batches: string[];
  operations: number;
  plannings: number;
  open: number;
  locks: { kind: string; holder: string }[];
}

/** Everything that plans have left in an infra. */
async function leftIn(infra: string): Promise<Left> {
  const [left] = await rowsOf<Left>(
    api.database,
    `select (select count(*)::int from plans where infras @> array[:infra]) as plans,
            array(select id::text from batches where infras @> array[:infra]) as batches,
            (select count(*)::int from tasks where infra = :infra and kind = 'operation') as operations,
            (select count(*)::int from tasks where infra = :infra and kind = 'survey') as plannings,
            (select count(*)::int from tasks where infra = :infra and kind = 'survey' and not is_terminal(status)) as open,
            (select coalesce(json_agg(json_build_object('kind', holder_kind, 'holder', holder_id)), '[]')
               from locks where infra = :infra) as locks`,
    { infra },
  );
  return left!;
}

/** A client and the periodic job of a process: both repeat until the plan is executed. @returns its id */
async function drive(by: PlanProcess, infra: string): Promise<string> {
  for (;;) {
    const id = await create(by, infra);
    await work(infra);
    await by.execution.advanceAll();
    const plan = await by.plans.get(id);
    if (plan.status === 'Executed') return id;
    if (plan.status === 'Approved' && plan.digest)
      await by.execution.execute(plan, plan.digest, submitterIn(infra), 0);
  }
}

it('is neither lost nor run twice if the process that makes and executes it is killed, at each statement', async () => {
  for (let statements = 1; ; statements += 1) {
    const infra = `cut-${statements}`;
    const cut = await cutPostgres(clone.url, statements);
    const dying = planProcess(cut.url, USERS);
    const survived = await drive(dying, infra).then(
      () => true,
      () => false,
    );
    await dying.database.destroy();
    await cut.close();

    const id = await drive(api, infra);
    const { runId } = await api.plans.get(id);
    expect({ statements, ...(await leftIn(infra)) }).toEqual({
      statements,
      plans: 1,
      batches: [runId],
      operations: 1,
      plannings: 2,
      open: 0,
      locks: [{ kind: 'batch', holder: runId }],
    });
    expect((await historyOf(id)).map(({ status }) => status)).toEqual([
      ...['Planning', 'Planned', 'Approved', 'Executing', 'Executed'],
    ]);
    if (survived) {
      expect(statements).toBeGreaterThan(20);
      return;
    }
  }
});

const TERMINAL = ['Executed', 'Failed', 'Rejected', 'Expired', 'Stale', 'Cancelled'];

/** What clients, workers and processes do with a plan, at any time. */
const ACTIONS: Record<string, (id: string, infra: string) => Promise<unknown>> = {
  approve: (id) => decide(id, 'approve', ada),
  approveToo: (id) => decide(id, 'approve', ben),
  reject: (id) => decide(id, 'reject', ben),
  withdraw: async (id) => api.plans.withdraw(await api.plans.get(id), actorOf(ada)),
  expire: async (id) => {
    await api.database.raw('update plans set expires_at = now() where id = ?', [id]);
    await api.execution.advanceAll();
  },
  execute: async (id, infra) => {
    const plan = await api.plans.get(id);
    return api.execution.execute(plan, plan.digest ?? '', submitterIn(infra), 0);
  },
  advance: (id) => api.execution.advance(id),
  advanceAll: () => api.execution.advanceAll(),
  cancel: async (id) => api.plans.cancel(await api.plans.get(id), actorOf(sam)),
};

async function decide(id: string, decision: 'approve' | 'reject', by: typeof sam) {
  const plan = await api.plans.get(id);
  return api.plans.decide(plan, { digest: plan.digest ?? '', decision, comment: null }, actorOf(by));
}

it('has one history, one run, and locks only while it needs them, under concurrent acts', async () => {
  const rounds = fc.array(
    fc.array(fc.constantFrom(...Object.keys(ACTIONS)), { minLength: 1, maxLength: 5 }),
    { minLength: 3, maxLength: 8 },
  );
  let number = 0;
  const ends = new Set<string>();
  await fc.assert(
    fc.asyncProperty(rounds, async (drawn) => {
      const infra = `guarded-${(number += 1)}`;
      const id = await create(api, infra);
      await work(infra);
      await api.plans.settle(id);
      let over = 0;
      for (const round of [['approve'], ...drawn]) {
        await Promise.all(
          round.map((name) =>
            ACTIONS[name]!(id, infra).catch((error: unknown) => {
              if (!isFailure(error)) throw error;
            }),
          ),
        );
        await work(infra);
        const { status, runId, decisions } = await api.plans.get(id);
        const history = await historyOf(id);
        // Each event names the status that the one before has set, and the last one is in force.
        expect(history.map(({ previous }) => previous)).toEqual([
          null,
          ...history.slice(0, -1).map((event) => event.status),
        ]);
        expect(history.at(-1)?.status).toBe(status);
        const { batches, operations, locks } = await leftIn(infra);
        const holder = { Executing: 'plan', Executed: 'batch' }[status as string];
        expect(locks).toEqual(holder ? [{ kind: holder, holder: runId }] : []);
        expect([batches, operations]).toEqual(status === 'Executed' ? [[runId], 1] : [[], 0]);
        // A plan that lost its approval while it began to execute is Planned again, at the latest before its batch starts.
        if (status === 'Approved' || status === 'Executed')
          expect(decisions.some(({ decision }) => decision === 'approve')).toBe(true);
        // Nothing happens to a plan that has ended.
        if (over > 0) expect(history).toHaveLength(over);
        if (TERMINAL.includes(status)) over = history.length;
        ends.add(status);
      }
    }),
    { numRuns: 60 },
  );
  expect(ends.size).toBeGreaterThan(4);
});
