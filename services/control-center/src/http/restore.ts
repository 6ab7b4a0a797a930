import { endAllAccess } from '@provisioning/contracts';
import { on, reply, type Binding } from '@provisioning/http-kit';
import type { RestoreService } from '../domain/restore/restore-service.js';
import { actorOf } from './actor.js';

/** Returns the operation that ends access after a restore. */
export function restoreRoutes(restores: RestoreService): Binding[] {
  return [
    on(endAllAccess)(async (request) => {
      await restores.report(request.body.username, actorOf(request));
      return reply('Every session and API token has ended. Sign in again.');
    }),
  ];
}
