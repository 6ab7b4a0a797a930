import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@provisioning/test-kit';
import { newKeys } from './keys.js';
import { RunnerBench } from './runner-bench.js';

const SSHD = '/usr/sbin/sshd';

/** The reason in skipped tests that need a real SSH server. */
export const OPENSSH_MISSING = existsSync(SSHD) ? null : `there is no ${SSHD}`;

/** A real SSH server on this machine, which accepts only the user of the tests, with one key. */
export class OpenSsh {
  readonly user = userInfo().username;

  private constructor(
    readonly folder: string,
    readonly keys: ReturnType<typeof newKeys>,
    readonly hostKey: string,
    readonly port: number,
    private readonly child: ChildProcess,
  ) {}

  static async start(folder: string): Promise<OpenSsh> {
    const [keys, hostKeys, port] = [newKeys(), newKeys(), await freePort()];
    const bin = join(folder, 'bin');
    await mkdir(bin);
    await writeFile(join(folder, 'host_key'), `${hostKeys.private}\n`, { mode: 0o600 });
    await writeFile(join(folder, 'authorized_keys'), `${keys.public}\n`);
    // A user other than root cannot become root here: scripts then run as that user.
    await writeFile(join(bin, 'sudo'), '#!/bin/sh\nshift\nexec "$@"\n');
    await chmod(join(bin, 'sudo'), 0o755);
    const config = [
      `Port ${port}`,
      ...[1, 2, 3].map((host) => `ListenAddress 127.0.0.${host}`),
      `HostKey ${join(folder, 'host_key')}`,
      `AuthorizedKeysFile ${join(folder, 'authorized_keys')}`,
      'PidFile none',
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      'PermitRootLogin prohibit-password',
      // The start files of the user that runs the tests must have no effect.
      `SetEnv HOME=${folder} PATH=${bin}:/usr/local/bin:/usr/bin:/bin`,
    ];
    await writeFile(join(folder, 'sshd_config'), `${config.join('\n')}\n`);
    // For systems on which the account is locked until the first login.
    if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true });
    const child = spawn(SSHD, ['-D', '-e', '-f', join(folder, 'sshd_config')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    await listening(child);
    return new OpenSsh(folder, keys, hostKeys.public.split(' ').slice(0, 2).join(' '), port, child);
  }

  bench(): RunnerBench {
    return new RunnerBench(this.folder, this.keys, this.user);
  }

  /** The same machine at another address. */
  target(host = 1) {
    return { host: `127.0.0.${host}`, port: this.port };
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill();
    await ended;
  }
}

function listening(child: ChildProcess): Promise<void> {
  let said = '';
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`${SSHD} ended: ${said}`)));
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('Server listening')) resolve();
    });
  });
}
