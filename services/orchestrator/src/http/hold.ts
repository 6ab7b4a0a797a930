import { getHold, holdWork, releaseWork, type Hold } from '@provisioning/contracts';
import { on, reply, type Binding } from '@provisioning/http-kit';
import type { HoldService } from '../domain/hold/hold-service.js';
import type { ReadAccess } from './read-access.js';
import { actorOf } from './submitter.js';

/** The routes of `/state/hold`. */
export function holdRoutes(holds: HoldService, access: ReadAccess): Binding[] {
  const present = async (request: Parameters<ReadAccess['viewer']>[0]): Promise<Hold> => {
    const { hold, work } = await holds.find();
    const viewer = access.viewer(request);
    const all = [...new Set([...work.map(({ infra }) => infra), ...(hold?.released ?? [])])];
    const readable = new Set(access.visibility.infras(viewer, all));
    return {
      restored: hold
        ? {
            since: hold.since.toISOString(),
            reason: hold.reason,
            released: hold.released.filter((infra) => readable.has(infra)),
          }
        : null,
      work: work
        .filter(({ infra }) => readable.has(infra))
        .map(({ oldest, ...rest }) => ({ ...rest, oldest: oldest.toISOString() })),
    };
  };
  return [
    on(getHold)(async (request) => reply(await present(request))),
    on(holdWork)(async (request) => {
      await holds.hold(request.body.reason, actorOf(request));
      return reply(await present(request));
    }),
    on(releaseWork)(async (request) => {
      const { infras, release } = request.body;
      return reply(await holds.release(infras, release, actorOf(request)));
    }),
  ];
}
