import { join } from 'node:path';
import { newKeys } from '../ssh/keys.js';
import { StandInHost } from '../ssh/stand-in-host.js';
import { serversConform } from './servers.js';
import { openSshBench } from './ssh-bench.js';

serversConform(
  'ssh',
  () =>
    openSshBench(async (folder) => {
      const keys = newKeys();
      const hosts = await Promise.all(
        [1, 2, 3].map(() => StandInHost.start({ parent: folder, authorized: keys.public })),
      );
      const all = (act: (host: StandInHost) => void) => async () => hosts.forEach(act);
      return {
        targets: hosts.map(({ target, hostKey, folder: own }) => ({
          ...target,
          hostKeys: [hostKey],
          folder: own,
        })),
        config: {
          privateKey: keys.private,
          user: 'root',
          knownHostsFile: join(folder, 'known_hosts'),
          learnHostKeys: false,
        },
        faults: {
          'lost answer': all((host) => host.dropAfter('\nswap\n')),
          throttled: all((host) => host.refuse(2)),
          silence: all((host) => host.silence(true)),
        },
        calm: () => hosts.forEach((host) => host.silence(false)),
        stop: async () => {
          await Promise.all(hosts.map((host) => host.stop()));
        },
      };
    }),
  ['lost answer', 'throttled', 'silence'],
);
