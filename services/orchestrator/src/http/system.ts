import { orchestratorHealth, orchestratorVersion, type Version } from '@provisioning/contracts';
import { on, reply, type Binding } from '@provisioning/http-kit';

/** The routes of `/health` and `/version`. */
export function systemRoutes(version: () => Promise<Version>): Binding[] {
  return [
    on(orchestratorHealth)(() => reply('Orchestrator is healthy' as const)),
    on(orchestratorVersion)(async () => reply(await version())),
  ];
}
