import { controlCenterHealth, controlCenterVersion, type Version } from '@provisioning/contracts';
import { on, reply, type Binding } from '@provisioning/http-kit';

/** Returns the operations that report the health and the version of the service. */
export function systemRoutes(version: () => Promise<Version>): Binding[] {
  return [
    on(controlCenterHealth)(() => reply('Control Center is healthy' as const)),
    on(controlCenterVersion)(async () => reply(await version())),
  ];
}
