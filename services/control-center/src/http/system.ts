import { controlCenterHealth } from '@provisioning/contracts';
import { on, reply, type Binding } from '@provisioning/http-kit';

/** Returns the operation that reports the health of the service. */
export function systemRoutes(): Binding[] {
  return [on(controlCenterHealth)(() => reply('Control Center is healthy' as const))];
}
