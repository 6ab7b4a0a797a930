import { SSH_VARIABLES, createSshRunner, sshConfigFrom } from '../../ssh/index.js';
import { DriverError } from '../driver.js';
import type { DriverPlugin } from '../plugin.js';
import { serversAtOnceFrom, serversAtOnceVariable } from '../servers-at-once.js';

const HOSTS = 'PROVISIONING_SSH_HOSTS';
const AT_ONCE = 'PROVISIONING_SSH_SERVERS_AT_ONCE';
const KEY_FILE = 'PROVISIONING_SSH_KEY_FILE';
// All hosts are read: one that is down must not delay everything.
const CONNECT_SECONDS = 8;

/** Servers on existing machines. */
export const sshPlugin: DriverPlugin = {
  provider: 'ssh',
  variables: [
    {
      name: HOSTS,
      secret: false,
      description: 'TOML file with the hosts that may be used as servers.',
    },
    serversAtOnceVariable(AT_ONCE),
    ...SSH_VARIABLES,
  ],
  required: [[HOSTS, KEY_FILE]],
  create: async (env, services) => {
    const [{ createSshDriver }, { readHosts }] = await Promise.all([
      import('./ssh-driver.js'),
      import('./hosts-file.js'),
    ]);
    const path = env[HOSTS] ?? '';
    const config = await sshConfigFrom(env);
    if (!config) throw new DriverError(`Set ${KEY_FILE}.`, { permanent: true });
    const hosts = () => readHosts(path);
    // A fault in the file is better reported at once.
    await hosts();
    const runner = await createSshRunner({ connectTimeoutSeconds: CONNECT_SECONDS, ...config });
    const serversAtOnce = serversAtOnceFrom(env, AT_ONCE);
    return createSshDriver({ hosts, runner, serversAtOnce, ...services });
  },
};
