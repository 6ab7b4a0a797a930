import {
  drainWorker,
  getInfra,
  listDefinitions,
  listInfras,
  listLocks,
  listProviders,
  listWorkers,
  summary,
} from '@provisioning/contracts';
import { asksOfRows, on, page, reply, type Binding } from '@provisioning/http-kit';
import { infraQuestions } from '../domain/access/scope.js';
import type { PlatformService } from '../domain/platform/platform-service.js';
import {
  presentDefinition,
  presentInfra,
  presentInfraSummary,
  presentLock,
  presentSummary,
  presentWorker,
} from './present/platform.js';
import type { ReadAccess } from './read-access.js';
import { actorOf } from './submitter.js';

const MOST_DEFINITIONS = 1000;

/** Infras, definitions, providers, workers, locks and the summary. */
export function platformRoutes(platform: PlatformService, access: ReadAccess): Binding[] {
  const { visibility } = access;
  const readable = (request: Parameters<ReadAccess['viewer']>[0]) => {
    const viewer = access.viewer(request);
    return (infras: readonly string[]) => visibility.infras(viewer, infras);
  };
  return [
    on(
      listInfras,
      asksOfRows,
    )(async (request) => {
      const { infras, total } = await platform.infras(readable(request), request.query);
      return page(infras.map(presentInfraSummary), total);
    }),
    on(getInfra, ({ params: { infra }, declared }) => ({
      questions: [{ ...declared, mode: 'open' }, ...infraQuestions(infra)],
      found: undefined,
    }))(async ({ params }) => reply(presentInfra(await platform.infra(params.infra)))),
    on(listDefinitions)(async () => {
      const definitions = await platform.definitions();
      return reply(definitions.slice(0, MOST_DEFINITIONS).map(presentDefinition));
    }),
    on(listProviders)(() => reply([...platform.providers()])),
    on(listWorkers)(async () => reply((await platform.workers()).map(presentWorker))),
    on(drainWorker)(async (request) =>
      reply(presentWorker(await platform.drainWorker(request.params.id, actorOf(request)))),
    ),
    on(
      listLocks,
      asksOfRows,
    )(async (request) => {
      const { locks, total } = await platform.locks(readable(request), request.query);
      return page(locks.map(presentLock), total);
    }),
    on(
      summary,
      asksOfRows,
    )(async (request) => {
      const viewer = access.viewer(request);
      const [tasks, batches] = await Promise.all([visibility.tasks(viewer), visibility.batches(viewer)]);
      return reply(presentSummary(await platform.summary({ tasks, batches })));
    }),
  ];
}
