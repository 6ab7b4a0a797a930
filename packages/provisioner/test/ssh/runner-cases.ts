import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Connections } from '../../src/ssh/connections.js';
import { newKeys } from './keys.js';
import { living, pidsIn, pidsOnceIn } from './processes.js';
import type { RunnerBench, TestHost } from './runner-bench.js';

export interface Opened {
  bench: RunnerBench;
  host: TestHost;
  close(): Promise<void>;
}

// Leaves children in every possible way: in its session, immune to hang-ups, and in another session.
const FORKING = (pids: string) => `
echo $$ >>${pids}
sleep 301 & echo $! >>${pids}
nohup sleep 302 >/dev/null 2>&1 & echo $! >>${pids}
setsid bash -c 'trap "" HUP TERM; echo $$ >>${pids}; echo ready; while :; do sleep 303; done' &
wait`;

/** The behaviour of scripts over SSH, for any server. */
export function runnerConforms(name: string, open: () => Promise<Opened>): void {
  describe(name, () => {
    let opened: Opened;
    let runner: Connections;
    beforeAll(async () => {
      opened = await open();
      runner = opened.bench.runner();
    });
    afterAll(() => opened.close());
    const run = (text: string, more = {}) => opened.bench.run(runner, opened.host, text, more);
    const scratch = () => join(opened.bench.folder, randomUUID());

    it('returns the output line by line and in order, and the exit status', async () => {
      const text = 'echo one; echo two >&2; echo; printf "  three\\n\\n"; printf four; exit 3';
      expect(await run(text)).toEqual({ exitCode: 3, lines: ['one', 'two', '', '  three', '', 'four'] });
      expect(await run('kill -KILL $$')).toMatchObject({ exitCode: 137 });
      expect(await run('')).toEqual({ exitCode: 0, lines: [] });
    });

    it('passes the environment unchanged and hidden from other processes', async () => {
      const environment = {
        QUOTES: `it's "quoted" \\ \`date\` $HOME $(id)`,
        LINES: 'one\n\n  two\ttab\n',
        EMPTY: '',
        UNICODE: 'Grüße, 世界',
      };
      const printed = (await run('printf "%s|" "$QUOTES" "$LINES" "$EMPTY" "$UNICODE"', { environment }))
        .lines;
      expect(printed.join('\n')).toBe(`${Object.values(environment).join('|')}|`);
      const arguments_ = await run('cat /proc/$$/cmdline /proc/$PPID/cmdline | tr "\\0" " "', {
        environment,
      });
      expect(arguments_.lines.join('\n')).not.toContain('quoted');
    });

    it('refuses what cannot be sent before it runs anything', async () => {
      const file = scratch();
      const permanent = { name: 'DriverError', permanent: true };
      await expect(run(`touch ${file}`, { environment: { 'A B': '' } })).rejects.toMatchObject(permanent);
      await expect(run(`touch ${file}\0`)).rejects.toMatchObject(permanent);
      await expect(readFile(file)).rejects.toThrow('ENOENT');
    });

    it('gives scripts an empty input', async () => {
      const { lines } = await run('cat; read -r line; echo "[$line]"; echo after');
      expect(lines).toEqual(['[]', 'after']);
    });

    it('runs long scripts completely', async () => {
      const text = Array.from({ length: 5_000 }, (_, index) => `value=${index} # ${'x'.repeat(60)}`);
      expect((await run(`${text.join('\n')}\necho $value`)).lines).toEqual(['4999']);
    });

    it('reads output that is not text, and lines without an end', async () => {
      const { exitCode, lines } = await run('head -c 300000 /dev/urandom; echo; echo end');
      expect([exitCode, lines.at(-1)]).toEqual([0, 'end']);
      const long = await run('head -c 3000000 /dev/zero | tr "\\0" x; echo; echo end');
      expect(long.lines.at(-1)).toBe('end');
      expect(long.lines.slice(0, -1).join('')).toHaveLength(3_000_000);
      expect(Math.max(...long.lines.map(({ length }) => length))).toBeLessThanOrEqual(1024 * 1024);
    });

    it('waits for the script only, not for processes that it leaves running', async () => {
      const { lines } = await run('sleep 300 & echo $!');
      const pid = Number(lines[0]);
      expect(await living([pid])).toEqual([pid]);
      process.kill(pid);
    });

    it('runs fifty at once', async () => {
      const all = await Promise.all(
        Array.from({ length: 50 }, (_, index) => run(`echo ${index}; exit ${index}`)),
      );
      expect(all).toEqual(all.map((_, index) => ({ exitCode: index, lines: [String(index)] })));
    });

    it('starts nothing after an abort', async () => {
      const file = scratch();
      await expect(run(`touch ${file}`, { signal: AbortSignal.abort() })).rejects.toMatchObject({
        name: 'AbortError',
      });
      await expect(readFile(file)).rejects.toThrow('ENOENT');
    });

    it('ends all processes of a cancelled script', async () => {
      const pids = scratch();
      const cancel = new AbortController();
      const log = (line: string) => line === 'ready' && cancel.abort();
      await expect(run(FORKING(pids), { signal: cancel.signal, log })).rejects.toMatchObject({
        name: 'AbortError',
      });
      const begun = await pidsIn(pids);
      expect(begun).toHaveLength(4);
      expect(await living(begun)).toEqual([]);
    });

    it('ends all processes of a script at its time limit', async () => {
      const pids = scratch();
      await expect(run(FORKING(pids), { timeoutSeconds: 1 })).rejects.toMatchObject({
        name: 'DriverError',
        permanent: false,
        message: expect.stringContaining('more than 1 seconds. The script was terminated.'),
      });
      expect(await living(await pidsIn(pids))).toEqual([]);
    });

    it('gives a cancelled script time to clean up', async () => {
      const file = scratch();
      const cancel = new AbortController();
      const text = `trap 'sleep 0.3; echo orderly >${file}; exit 1' TERM; echo ready; while :; do sleep 0.05; done`;
      const log = () => cancel.abort();
      await expect(run(text, { signal: cancel.signal, log })).rejects.toMatchObject({ name: 'AbortError' });
      expect(await readFile(file, 'utf8')).toBe('orderly\n');
    });

    it('ends running scripts when it is closed', async () => {
      const pids = scratch();
      const own = opened.bench.runner();
      const running = opened.bench.run(own, opened.host, `echo $$ >${pids}; sleep 304`);
      const failing = expect(running).rejects.toMatchObject({ name: 'DriverError' });
      const begun = await pidsOnceIn(pids, 1);
      await own.close();
      await failing;
      expect(await living(begun)).toEqual([]);
    });

    it('refuses a host with an unknown key and says how to verify it', async () => {
      const stranger = opened.bench.runner();
      const { target, hostKey } = opened.host;
      const script = { text: 'echo hello', environment: {}, timeoutSeconds: 10 };
      const logIn = () => stranger.run(target, script, { idempotencyKey: 'k' });
      const error = (await logIn().catch((one: unknown) => one)) as Error;
      expect(error).toMatchObject({ name: 'DriverError', permanent: true });
      expect(error.message).toMatch(/ssh-ed25519 SHA256:[A-Za-z0-9+/]{43}, which is not known/);
      expect(error.message).toContain(`[${target.host}]:${target.port} ${hostKey}`);
    });

    it('refuses a host with another key than the configured one', async () => {
      const { target, folder } = opened.host;
      const other = { target, folder, hostKey: opened.bench.keys.public };
      await expect(opened.bench.run(opened.bench.runner(), other, 'echo hello')).rejects.toMatchObject({
        name: 'DriverError',
        permanent: true,
        message: expect.stringMatching(
          /shows the host key ssh-ed25519 SHA256:\S+, but should have ssh-ed25519 SHA256:/,
        ),
      });
    });

    it('names the key to authorize if it is rejected', async () => {
      const keys = newKeys();
      const wrong = opened.bench.runner({ privateKey: keys.private });
      const failing = opened.bench.run(wrong, opened.host, 'echo hello');
      await expect(failing).rejects.toMatchObject({
        name: 'DriverError',
        permanent: true,
        message: expect.stringContaining(keys.public.split(' ').slice(0, 2).join(' ')),
      });
    });
  });
}
