import { DriverError, type Driver } from '../driver.js';
import type { Login } from '../login.js';
import type { DriverServices } from '../plugin.js';
import { createServerDriver } from '../server-driver.js';
import { UpcloudApi } from './api.js';
import { Catalogue } from './catalogue.js';
import { ServerChanger } from './change-server.js';
import { UpcloudClient } from './client.js';
import type { UpcloudConfig } from './config.js';
import { ServerMaker } from './make-server.js';
import { PACE, type Pace } from './pace.js';
import { UpcloudServers } from './servers.js';
import { Waits } from './waits.js';

/** Makes servers at UpCloud and, if it can log in to them, installs task services and clusters on them. */
export function createUpcloudDriver(
  config: UpcloudConfig,
  services: DriverServices,
  login: Login | null,
  pace: Pace = config.pollMs === null ? PACE : { ...PACE, pollMs: config.pollMs },
): Driver {
  const api = new UpcloudApi(new UpcloudClient(config, pace), pace);
  const waits = new Waits(api, pace);
  const catalogue = new Catalogue(api, config.defaultTemplate);
  const maker = new ServerMaker(api, waits, catalogue, login?.publicKey ?? null);
  const servers = new UpcloudServers(api, waits, maker, new ServerChanger(api, waits, catalogue), catalogue);
  const { serversAtOnce } = config;
  const parts = { name: 'upcloud', title: 'UpCloud', servers, login, services, serversAtOnce };
  return createServerDriver(parts, ({ id, ip, name }) => {
    // Its host key is stored under its id, because UpCloud reuses the addresses of deleted servers.
    if (ip) return { host: ip, user: 'root', alias: id };
    throw new DriverError(
      `Server ${name} at UpCloud has no public address, so that no script can run on it. Add one, or create it again.`,
      { permanent: true },
    );
  });
}
