import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { temporaryFolder, waitFor, type TemporaryFolder } from '@provisioning/test-kit';
import { DriverError, type Driver, type Server } from '../../src/index.js';
import { wanted } from './docker-bench.js';

export interface ScriptBench {
  driver(definitions?: string): Driver;
  /** The environments of all processes that a script may have left. */
  left(server: Server): Promise<number>;
  close(): Promise<void>;
}

/** The behaviour of scripts in containers, for a real engine or a stand-in. */
export function scriptsConform(title: string, open: () => Promise<ScriptBench>): void {
  describe(title, () => {
    let bench: ScriptBench;
    let driver: Driver;
    let server: Server;
    let folder: TemporaryFolder;
    beforeAll(async () => {
      bench = await open();
      folder = await temporaryFolder('docker-definitions');
      driver = bench.driver(folder.path);
      server = (
        await driver.resources.server.create(wanted('worker', { infra: 'scripts' }), {
          idempotencyKey: 'scripts',
        })
      ).resource;
    });
    afterAll(async () => {
      for (const one of await driver.resources.server.list('scripts'))
        await driver.resources.server.destroy(one, { idempotencyKey: 'end' });
      await bench.close();
      await folder.remove();
    });

    const run = (
      text: string,
      more: { signal?: AbortSignal; environment?: Record<string, string>; timeoutSeconds?: number } = {},
    ) => {
      const lines: string[] = [];
      const { signal, environment = {}, timeoutSeconds = 60 } = more;
      const ended = driver.run!(
        server,
        { text, environment, timeoutSeconds },
        { idempotencyKey: 'k', signal, log: (line) => lines.push(line) },
      );
      return { lines, ended };
    };

    it('run bash with an environment, and return its lines and its exit status', async () => {
      const { lines, ended } = run('echo "$GREETING"; echo over there >&2; printf half; exit 7', {
        environment: { GREETING: `it's "quoted"` },
      });
      expect(await ended).toEqual({ exitCode: 7 });
      expect(lines.sort()).toEqual(['half', `it's "quoted"`, 'over there']);
    });

    it('are read completely before they run', async () => {
      const { lines, ended } = run(`cat\necho ${'x'.repeat(200_000)} | wc -c\n`);
      expect(await ended).toEqual({ exitCode: 0 });
      expect(lines.map((line) => line.trim())).toEqual(['200001']);
    });

    it('leave no process when they are cancelled, not even outside their session', async () => {
      const controller = new AbortController();
      const { lines, ended } = run('setsid sleep 1000 & sleep 1001 & echo begun; wait', {
        signal: controller.signal,
      });
      await waitFor(() => lines.includes('begun'));
      expect(await bench.left(server)).toBeGreaterThan(0);
      controller.abort();
      await expect(ended).rejects.toMatchObject({ name: 'AbortError' });
      expect(await bench.left(server)).toBe(0);
    });

    it('are ended at their time limit', async () => {
      const { ended } = run('sleep 1000', { timeoutSeconds: 1 });
      await expect(ended).rejects.toThrow(DriverError);
      expect(await bench.left(server)).toBe(0);
    });

    it('install task services, which are read, kept and removed', async () => {
      const home = join(folder.path, 'taskservs/thing');
      await mkdir(home, { recursive: true });
      await writeFile(
        join(home, 'definition.toml'),
        'name = "thing"\ndescription = "A thing."\norder = 50\ndefault_version = "1.0"\n[versions."1.0"]\n',
      );
      await writeFile(join(home, 'install'), 'mkdir -p "$HOME"; echo "$VERSION" > "$HOME/thing"\n');
      await writeFile(
        join(home, 'check'),
        'test -s "$HOME/thing" && report_version "$(cat "$HOME/thing")"\n',
      );
      await writeFile(join(home, 'remove'), 'rm -f "$HOME/thing"\n');
      const desired = {
        infra: 'scripts',
        server: 'worker',
        name: 'thing',
        provider: 'docker' as const,
        version: null,
        attributes: {},
      };
      const { taskserv } = driver.resources;
      const { resource, made } = await taskserv.create(desired, { idempotencyKey: 'thing' });
      expect({ resource, made }).toMatchObject({
        made: true,
        resource: { version: '1.0', driver: 'docker' },
      });
      const fresh = bench.driver(folder.path).resources.taskserv;
      expect(await fresh.read('scripts', 'worker/thing')).toEqual(resource);
      expect(await fresh.create(desired, { idempotencyKey: 'again' })).toEqual({ resource, made: false });
      expect(await fresh.destroy(resource, { idempotencyKey: 'remove' })).toHaveLength(1);
      expect(await fresh.list('scripts')).toEqual([]);
    });
  });
}
