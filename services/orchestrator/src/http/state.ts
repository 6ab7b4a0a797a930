import {
  getDrift,
  getResource,
  getStateStatistics,
  getSystemHealth,
  getSystemMetrics,
  getSystemSeries,
  getWorkflowProgress,
  listInventory,
  listJournal,
  listWorkflowSnapshots,
} from '@provisioning/contracts';
import { Failure } from '@provisioning/errors';
import { asksOfRows, on, page, reply, timeRange, type Binding } from '@provisioning/http-kit';
import type { MachineLoad } from '@provisioning/runtime';
import { onlyReadable } from '../domain/access/only-readable.js';
import { infraQuestions } from '../domain/access/scope.js';
import type { Thing } from '../domain/access/visibility.js';
import type { InventoryStore } from '../domain/rollback/inventory-store.js';
import { presentEntry, presentResource, resourceKeyOf } from './present/resource.js';
import type { DriftService } from '../domain/state/drift-service.js';
import type { StateService } from '../domain/state/state-service.js';
import {
  presentDrift,
  presentHealth,
  presentMetrics,
  presentProgress,
  presentSeries,
  presentSnapshot,
  presentStatistics,
} from './present/state.js';
import type { ReadAccess } from './read-access.js';
import { submitterOf } from './submitter.js';

/** The routes of `/state`. */
export function stateRoutes(
  state: StateService,
  inventory: InventoryStore,
  drifts: DriftService,
  machineLoad: () => Promise<MachineLoad>,
  access: ReadAccess,
): Binding[] {
  const { stored, visibility } = access;
  /** Undefined stands for all. */
  const visibleOf = async (request: Parameters<ReadAccess['viewer']>[0], known: () => Promise<Thing[]>) => {
    const viewer = access.viewer(request);
    return visibility.everything(viewer) ? undefined : visibility.things(viewer, await known());
  };
  const visibleWork = async (request: Parameters<ReadAccess['viewer']>[0]) => {
    const viewer = access.viewer(request);
    const [tasks, batches] = await Promise.all([visibility.tasks(viewer), visibility.batches(viewer)]);
    return { tasks, batches };
  };
  return [
    on(getWorkflowProgress, ({ params: { id }, declared }) =>
      stored.readState(declared, () => state.find(id)),
    )(async ({ params: { id }, found }) => reply(presentProgress(id, await state.progress(found)))),
    on(listWorkflowSnapshots, ({ params: { id }, declared }) =>
      stored.readState(declared, () => state.find(id)),
    )(async ({ found, query }) => {
      const { snapshots, total } = await state.snapshots(found, query);
      return page(snapshots.map(presentSnapshot), total);
    }),
    on(
      listInventory,
      asksOfRows,
    )(async (request) => {
      const { infra, kind, provider, q: text, after, ...position } = request.query;
      const key = after === undefined ? undefined : resourceKeyOf(after);
      const visible = await visibleOf(request, () => inventory.things());
      const found = await inventory.resources({
        ...position,
        visible,
        infra,
        kind,
        provider,
        text,
        after: key,
      });
      return page(found.resources.map(presentResource), found.total);
    }),
    on(
      getResource,
      asksOfRows,
    )(async (request) => {
      const { infra, kind, name } = request.params;
      const found = await inventory.find({ infra, kind, name });
      const viewer = access.viewer(request);
      const [readable] = onlyReadable(found ? [found] : [], (things) => visibility.things(viewer, things));
      // A resource that may not be read gets the answer for one that does not exist.
      if (!readable) {
        throw new Failure(
          'not_found',
          `There is no ${kind} ${name} in infra ${infra}. GET /state/inventory lists all.`,
          {
            code: 'resource_not_found',
          },
        );
      }
      return reply(presentResource(readable));
    }),
    on(getDrift, ({ query: { infra }, declared }) => ({
      questions: [
        { ...declared, mode: 'open' },
        // For one infra the caller gets an error if it may not be read; for all infras, those that may not are left out.
        ...(infra === undefined ? [] : infraQuestions(infra)),
      ],
      found: undefined,
    }))(async (request) => {
      const viewer = access.viewer(request);
      const drift = await drifts.drift(request.query.infra, submitterOf(request), (things) =>
        visibility.things(viewer, things),
      );
      return reply(presentDrift(drift));
    }),
    on(
      listJournal,
      asksOfRows,
    )(async (request) => {
      const { infra, kind, name, provider, state, from, to, ...others } = request.query;
      const { task_id: taskId, batch_id: batchId, ...position } = others;
      const visible = await visibleOf(request, () => inventory.journaledThings());
      const found = await inventory.journal({
        ...position,
        ...timeRange({ from, to }, 'malformed'),
        visible,
        infra,
        kind,
        name,
        provider,
        taskId,
        batchId,
        states: state?.split(','),
      });
      return page(found.entries.map(presentEntry), found.total);
    }),
    on(
      getSystemMetrics,
      asksOfRows,
    )(async (request) => {
      const [counts, load] = await Promise.all([state.counts(await visibleWork(request)), machineLoad()]);
      return reply(presentMetrics(counts, load));
    }),
    on(
      getSystemSeries,
      asksOfRows,
    )(async (request) => {
      const visible = await visibility.tasks(access.viewer(request));
      return reply(presentSeries(await state.series(request.query.range, visible)));
    }),
    on(getSystemHealth)(async () => reply(presentHealth(await state.health()))),
    on(
      getStateStatistics,
      asksOfRows,
    )(async (request) => reply(presentStatistics(await state.statistics(await visibleWork(request))))),
  ];
}
