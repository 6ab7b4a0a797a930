import { describe, it } from '@jest/globals';
import { join } from 'node:path';
import { temporaryFolder } from '@provisioning/test-kit';
import { serversConform } from '../conformance/servers.js';
import { openSshBench } from '../conformance/ssh-bench.js';
import { OPENSSH_MISSING, OpenSsh } from './openssh.js';
import { runnerConforms } from './runner-cases.js';

if (OPENSSH_MISSING) {
  describe('scripts and servers over OpenSSH', () => {
    it.skip(`are not tried here: ${OPENSSH_MISSING}`, () => {});
  });
} else {
  runnerConforms('a runner of scripts over OpenSSH', async () => {
    const folder = await temporaryFolder('openssh');
    const sshd = await OpenSsh.start(folder.path);
    const bench = sshd.bench();
    const close = async () => {
      await bench.close();
      await sshd.stop();
      await folder.remove();
    };
    return { bench, host: { target: sshd.target(), hostKey: sshd.hostKey, folder: folder.path }, close };
  });

  serversConform(
    'ssh, over OpenSSH,',
    () =>
      openSshBench(async (folder) => {
        const sshd = await OpenSsh.start(folder);
        return {
          targets: [1, 2, 3].map((host) => ({
            ...sshd.target(host),
            hostKeys: [sshd.hostKey],
            folder: join(folder, `host-${host}`),
          })),
          config: sshd.bench().config,
          stop: () => sshd.stop(),
        };
      }),
    [],
  );
}
