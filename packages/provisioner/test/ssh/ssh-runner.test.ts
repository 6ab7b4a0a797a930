import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder, waitFor, type TemporaryFolder } from '@provisioning/test-kit';
import { sessionFor } from '../../src/ssh/remote-session.js';
import { TIMING } from '../../src/ssh/timing.js';
import { newKeys } from './keys.js';
import { living, pidsIn, pidsOnceIn } from './processes.js';
import { RunnerBench } from './runner-bench.js';
import { runnerConforms } from './runner-cases.js';
import { StandInHost } from './stand-in-host.js';

runnerConforms('a runner of scripts over SSH', async () => {
  const folder = await temporaryFolder('ssh');
  const keys = newKeys();
  const bench = new RunnerBench(folder.path, keys);
  const host = await StandInHost.start({ parent: folder.path, authorized: keys.public });
  const close = async () => {
    await bench.close();
    await host.stop();
    await folder.remove();
  };
  return { bench, host, close };
});

describe('failures of the SSH runner', () => {
  let folder: TemporaryFolder;
  let bench: RunnerBench;
  const hosts: StandInHost[] = [];
  const keys = newKeys();
  beforeAll(async () => {
    folder = await temporaryFolder('ssh');
    bench = new RunnerBench(folder.path, keys);
  });
  afterAll(async () => {
    await bench.close();
    for (const host of hosts) await host.stop();
    await folder.remove();
  });
  const start = async (more = {}): Promise<StandInHost> => {
    const host = await StandInHost.start({ parent: folder.path, authorized: keys.public, ...more });
    hosts.push(host);
    return host;
  };

  it('uses one connection while that is enough, and closes it when it is idle', async () => {
    const host = await start();
    const runner = bench.runner({}, { idleMs: 50 });
    await bench.run(runner, host, 'echo one');
    await bench.run(runner, host, 'echo two');
    expect(host.connections).toBe(1);
    await waitFor(() => host.open === 0);
    expect((await bench.run(runner, host, 'echo three')).lines).toEqual(['three']);
    expect(host.connections).toBe(2);
  });

  it('works with the number of sessions that the server allows', async () => {
    const host = await start({ maxSessions: 3 });
    const runner = bench.runner();
    const all = await Promise.all(
      Array.from({ length: 20 }, (_, index) => bench.run(runner, host, `echo ${index}`)),
    );
    expect(all.map(({ lines }) => lines)).toEqual(all.map((_, index) => [String(index)]));
    expect(host.connections).toBeLessThanOrEqual(4);
  });

  it('replaces an idle connection that was lost', async () => {
    const host = await start();
    const runner = bench.runner();
    await bench.run(runner, host, 'echo one');
    host.drop();
    expect((await bench.run(runner, host, 'echo two')).lines).toEqual(['two']);
  });

  it('tries again when a connection is refused', async () => {
    const host = await start();
    host.refuse(2);
    expect((await bench.run(bench.runner(), host, 'echo in')).lines).toEqual(['in']);
    expect(host.connections).toBe(3);
  });

  it('names the host that does not answer, as a temporary failure', async () => {
    const host = await start();
    const { port } = host;
    await host.stop();
    const runner = bench.runner({}, { connectMs: 1_000 });
    await expect(bench.run(runner, host, 'echo hello')).rejects.toMatchObject({
      name: 'DriverError',
      permanent: false,
      message: expect.stringContaining(`127.0.0.1:${port} refuses connections`),
    });
  });

  it('ends the script when the connection is lost, and reports it', async () => {
    const host = await start();
    const pids = join(host.folder, 'pids');
    const running = bench.run(bench.runner(), host, `echo $$ >${pids}; setsid sleep 305 & sleep 306`);
    const failing = expect(running).rejects.toMatchObject({
      name: 'DriverError',
      permanent: false,
      message: expect.stringContaining('the connection was lost while a script ran there'),
    });
    const begun = await pidsOnceIn(pids, 1);
    host.drop();
    await failing;
    expect(await living(begun)).toEqual([]);
  });

  it('gives up a server that stops answering, where the script ends on its own', async () => {
    const host = await start();
    const pids = join(host.folder, 'pids');
    const runner = bench.runner({}, { connectMs: 500, silenceMs: 1_000 });
    const running = bench.run(runner, host, `echo $$ >${pids}; trap '' TERM; while :; do sleep 0.1; done`);
    const failing = expect(running).rejects.toMatchObject({
      name: 'DriverError',
      permanent: false,
      message: expect.stringContaining('terminates on its own'),
    });
    const begun = await pidsOnceIn(pids, 1);
    host.silence(true);
    await failing;
    await waitFor(async () => (await living(begun)).length === 0);
  });

  it('ends and reports a script whose supervisor was killed on the server', async () => {
    const host = await start();
    const pids = join(host.folder, 'pids');
    const running = bench.run(bench.runner(), host, `echo $$ >${pids}; kill -KILL $PPID; sleep 307`);
    await expect(running).rejects.toMatchObject({ name: 'DriverError', permanent: false });
    expect(await living(await pidsIn(pids))).toEqual([]);
  });

  it('does not run a script that arrived incomplete', async () => {
    const host = await start();
    const file = join(host.folder, 'begun');
    const script = { text: `touch ${file}\necho more`, environment: {}, timeoutSeconds: 10 };
    const { command, input } = sessionFor(script, 'root', TIMING);
    const child = spawn('bash', ['-c', command], { stdio: ['pipe', 'ignore', 'ignore'] });
    child.stdin.end(input.slice(0, -6));
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).toBe(74);
    await expect(readFile(file)).rejects.toThrow('ENOENT');
  });

  it('becomes root with sudo, or says what to do', async () => {
    const host = await start({ users: ['ops'] });
    const sudo = join(host.folder, 'bin/sudo');
    const put = async (text: string) => {
      await writeFile(sudo, `#!/bin/sh\n${text}\n`);
      await chmod(sudo, 0o755);
    };
    const runner = bench.runner({ user: 'ops' });
    await put(`printf "%s\\n" "$1" >>${host.folder}/asked; shift; exec "$@"`);
    expect((await bench.run(runner, host, 'echo "$HOME"')).lines).toEqual(['/root']);
    expect(await readFile(join(host.folder, 'asked'), 'utf8')).toBe('-n\n');
    await put('echo "sudo: a password is required" >&2; exit 1');
    await expect(bench.run(runner, host, 'id')).rejects.toMatchObject({
      permanent: true,
      message: expect.stringMatching(/ops cannot become root.*a password is required.*sudoers/),
    });
  });

  it('uses a key with a passphrase, and reports a missing one', async () => {
    const locked = newKeys({ passphrase: 'open sesame' });
    const host = await start({ authorized: locked.public });
    const runner = bench.runner({ privateKey: locked.private, passphrase: 'open sesame' });
    expect((await bench.run(runner, host, 'echo in')).lines).toEqual(['in']);
    expect(() => bench.runner({ privateKey: locked.private })).toThrow('PROVISIONING_SSH_KEY_PASSPHRASE');
    expect(() => bench.runner({ privateKey: locked.private, passphrase: 'wrong' })).toThrow(
      expect.objectContaining({ name: 'DriverError', permanent: true }),
    );
  });

  describe('with the keys of hosts', () => {
    const script = { text: 'echo in', environment: {}, timeoutSeconds: 10 };
    const act = { idempotencyKey: 'k' };

    it('stores the key of a host once, and accepts no other from then on', async () => {
      const host = await start();
      const knownHostsFile = join(host.folder, 'ssh/known_hosts');
      const config = { knownHostsFile, learnHostKeys: true };
      await bench.runner(config).run(host.target, script, act);
      await bench.runner({ ...config, learnHostKeys: false }).run(host.target, script, act);
      expect(await readFile(knownHostsFile, 'utf8')).toBe(`[127.0.0.1]:${host.port} ${host.hostKey}\n`);
      host.reinstall();
      await expect(bench.runner(config).run(host.target, script, act)).rejects.toMatchObject({
        permanent: true,
        message: expect.stringMatching(/but should have ssh-ed25519 SHA256:\S+ \(\S+known_hosts, line 1\)/),
      });
      expect((await readFile(knownHostsFile, 'utf8')).split('\n')).toHaveLength(2);
    });

    it('stores one key for two concurrent logins', async () => {
      const host = await start();
      const config = { knownHostsFile: join(host.folder, 'known_hosts'), learnHostKeys: true };
      await Promise.all([1, 2, 3].map(() => bench.runner(config).run(host.target, script, act)));
      await bench.runner({ ...config, learnHostKeys: false }).run(host.target, script, act);
    });

    it('does not store the key of a host that rejects the login', async () => {
      const host = await start({ authorized: newKeys().public });
      const config = { knownHostsFile: join(host.folder, 'known_hosts'), learnHostKeys: true };
      await expect(bench.runner(config).run(host.target, script, act)).rejects.toThrow('rejects the login');
      await expect(readFile(config.knownHostsFile)).rejects.toThrow('ENOENT');
    });
  });
});
