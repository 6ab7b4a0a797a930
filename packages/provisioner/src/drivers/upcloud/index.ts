import { SSH_VARIABLES, sshConfigFrom } from '../../ssh/index.js';
import type { DriverPlugin } from '../plugin.js';
import { UPCLOUD_VARIABLES, upcloudConfigFrom } from './config.js';

/** Servers at UpCloud, over its REST API 1.3. */
export const upcloudPlugin: DriverPlugin = {
  provider: 'upcloud',
  variables: [...UPCLOUD_VARIABLES, ...SSH_VARIABLES],
  required: [['UPCLOUD_TOKEN'], ['UPCLOUD_USERNAME', 'UPCLOUD_PASSWORD']],
  create: async (env, services) => {
    const config = upcloudConfigFrom(env);
    const ssh = await sshConfigFrom(env);
    const { createUpcloudDriver } = await import('./upcloud-driver.js');
    if (!ssh) return createUpcloudDriver(config, services, null);
    const { openLogin } = await import('../login.js');
    return createUpcloudDriver(config, services, await openLogin(ssh));
  },
};
