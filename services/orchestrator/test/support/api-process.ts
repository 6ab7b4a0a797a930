import { join } from 'node:path';
import { spawnNode, type NodeProcess } from '@provisioning/test-kit';

const API = join(import.meta.dirname, '../../dist/src/api.js');

/** An API process that a test may kill at any moment and restart on any port. */
export class ApiProcess {
  #process: NodeProcess | undefined;
  #url = '';

  constructor(private readonly environment: Record<string, string | undefined>) {}

  get url(): string {
    return this.#url;
  }

  async start(): Promise<void> {
    const started = spawnNode(API, {
      env: { ORCHESTRATOR_PORT: '0', LOG_LEVEL: 'error', ...this.environment },
    });
    this.#process = started;
    const { url } = await started.message<{ type: string; url: string }>('ready');
    this.#url = url;
  }

  async kill(): Promise<void> {
    const killed = this.#process;
    this.#process = undefined;
    killed?.kill('SIGKILL');
    await killed?.exited;
  }

  async stop(): Promise<void> {
    await this.#process?.stop();
    this.#process = undefined;
  }
}
