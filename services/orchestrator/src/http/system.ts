import { orchestratorHealth } from '@provisioning/contracts';
import { on, reply, type Binding } from '@provisioning/http-kit';

/** The routes of `/health`. */
export function systemRoutes(): Binding[] {
  return [on(orchestratorHealth)(() => reply('Orchestrator is healthy' as const))];
}
