import { controlCenterHealth } from '@provisioning/contracts';
import { on, reply, type Binding } from '@provisioning/http-kit';

export function systemRoutes(): Binding[] {
  return [on(controlCenterHealth)(() => reply('Control Center is healthy' as const))];
}
