import { spawnNode, temporaryFolder } from '@provisioning/test-kit';
import type { NodeProcess, TemporaryFolder } from '@provisioning/test-kit';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('./fixtures/launcher.mjs', import.meta.url));

/** A place where the launcher can be started repeatedly, with stand-ins for the platform's processes. */
export class Playground {
  readonly #started: NodeProcess[] = [];

  private constructor(readonly folder: TemporaryFolder) {}

  static async create(): Promise<Playground> {
    return new Playground(await temporaryFolder('launcher'));
  }

  get dataDir(): string {
    return join(this.folder.path, 'data');
  }

  start(env: Record<string, string | undefined> = {}, ...args: string[]): NodeProcess {
    const launcher = spawnNode(script, {
      args,
      env: {
        REPOSITORY: this.folder.path,
        PROVISIONING_DATA_DIR: 'data',
        EVENTS: join(this.folder.path, 'events'),
        ORCHESTRATOR_PORT: '0',
        CONTROL_CENTER_PORT: '0',
        ADMIN_PASSWORD: 'right',
        EXPECTED_PASSWORD: 'right',
        DATABASE_URL: process.env['TEST_DATABASE_URL'],
        REDIS_URL: 'redis://127.0.0.1:1',
        NO_COLOR: '1',
        CI: undefined,
        NODE_ENV: undefined,
        ...env,
      },
    });
    this.#started.push(launcher);
    return launcher;
  }

  /** The notes of the stand-ins: `start worker-0`, `stop orchestrator`… */
  async events(): Promise<string[]> {
    const text = await readFile(join(this.folder.path, 'events'), 'utf8').catch(() => '');
    return text.split('\n').filter((line) => line !== '');
  }

  /** Id of a process that the launcher runs. */
  async pidOf(name: string): Promise<number> {
    const file = join(this.dataDir, name === 'postgres' || name === 'redis' ? '' : 'run', `${name}.process`);
    return (JSON.parse(await readFile(file, 'utf8')) as { pid: number }).pid;
  }

  async notes(): Promise<string[]> {
    return readdir(join(this.dataDir, 'run'));
  }

  async remove(): Promise<void> {
    await Promise.all(this.#started.map((launcher) => launcher.stop(20_000)));
    await this.folder.remove();
  }
}
