import { DriverError, type Driver } from '../driver.js';
import type { Login } from '../login.js';
import type { DriverServices } from '../plugin.js';
import { createServerDriver } from '../server-driver.js';
import { ServerChanger } from './change-server.js';
import type { AwsConfig } from './config.js';
import { Images } from './images.js';
import { Orders } from './instance-order.js';
import { KeyPairs } from './key-pairs.js';
import { ServerMaker } from './make-server.js';
import { PACE, type Pace } from './pace.js';
import { Regions } from './regions.js';
import { AwsServers } from './servers.js';
import { Waits } from './waits.js';

/** Makes servers at AWS and, if it can log in to them, installs task services and clusters on them. */
export function createAwsDriver(
  config: AwsConfig,
  services: DriverServices,
  login: Login | null,
  pace: Pace = PACE,
): Driver {
  const regions = new Regions(config, pace);
  const waits = new Waits(pace);
  const images = new Images(config.defaultImage, config.loginUser);
  const keyPairs = login && new KeyPairs(login.publicKey);
  const orders = new Orders(regions, images, keyPairs, config);
  const maker = new ServerMaker(regions, waits, orders, keyPairs);
  const servers = new AwsServers(regions, waits, maker, new ServerChanger(regions, waits));
  return createServerDriver(
    { name: 'aws', title: 'AWS', servers, login, services, serversAtOnce: config.serversAtOnce },
    async (server, signal) => {
      const { id, ip, name } = server;
      if (ip) {
        // Its host key is stored under its id, because AWS reuses the addresses of servers that were stopped or terminated.
        const user = config.loginUser ?? (await servers.loginUser(server, signal));
        return { host: ip, user, alias: id };
      }
      throw new DriverError(
        `Server ${name} at AWS has no address, so that no script can run on it. Wait until it runs, and run the command again.`,
      );
    },
  );
}
