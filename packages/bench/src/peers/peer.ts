import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { GRAPH } from './graph.js';
import type { PeerSetting, Reached, Reply, Request, Role } from './part.js';
import type { PeerTask } from './task.js';
import { within } from './within.js';

const STOP_MS = 5_000;

/** The result of one run; `ms` in milliseconds. */
export interface PeerRun extends Reached {
  ms: number;
}

/** The engines that the platform is compared with. */
export type PeerName = 'bullmq' | 'graphile-worker' | 'pg-boss' | 'dbos' | 'openworkflow';

/** Another engine: a process that submits, and one that works. */
export class Peer {
  private constructor(
    private readonly name: PeerName,
    private readonly client: Part,
    private readonly worker: Part,
  ) {}

  static async start(name: PeerName, setting: PeerSetting, node = process.execPath): Promise<Peer> {
    const script = fileURLToPath(new URL(`./${name}.js`, import.meta.url));
    // One after the other: both may create their tables.
    const worker = await Part.start(script, 'worker', setting, node);
    try {
      return new Peer(name, await Part.start(script, 'client', setting, node), worker);
    } catch (error) {
      await worker.stop();
      throw error;
    }
  }

  /** Process ids of both sides. */
  get processes(): readonly number[] {
    return [this.client.pid, this.worker.pid];
  }

  /** The time from submitting until the store shows that everything has ended. */
  run(task: PeerTask): Promise<PeerRun> {
    return within(`${this.name} with ${JSON.stringify(task)}`, this.#run(task));
  }

  async #run(task: PeerTask): Promise<PeerRun> {
    await this.worker.ask('begin');
    // Safe cast: the part answers this act with it.
    const reached = this.worker.ask('reach', operationsOf(task)) as Promise<Reached>;
    const start = performance.now();
    const [, result] = await Promise.all([this.client.ask('submit', task), reached]);
    await this.client.ask('settle');
    const ms = performance.now() - start;
    await this.worker.ask('end');
    return { ms, ...result };
  }

  async stop(): Promise<void> {
    await Promise.all([this.client.stop(), this.worker.stop()]);
  }
}

function operationsOf(task: PeerTask): number {
  return task.kind === 'graph' ? GRAPH.length : task.count;
}

/** A process of a peer, and the requests that it has not answered yet. */
class Part {
  readonly #open = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  #next = 0;
  #printed = '';

  private constructor(
    private readonly child: ChildProcess,
    private readonly label: string,
  ) {
    const keep = (chunk: Buffer) => {
      this.#printed = (this.#printed + chunk.toString()).slice(-20_000);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    child.on('message', ({ id, result, error }: Reply) => {
      const question = this.#open.get(id);
      this.#open.delete(id);
      if (error === undefined) question?.resolve(result);
      else question?.reject(new Error(`${label} failed: ${error}\n${this.#printed}`));
    });
    child.once('exit', (code, signal) => {
      const ended = new Error(`${label} ended with ${signal ?? code}:\n${this.#printed}`);
      for (const { reject } of this.#open.values()) reject(ended);
      this.#open.clear();
    });
  }

  static async start(script: string, role: Role, setting: PeerSetting, node: string): Promise<Part> {
    const child = fork(script, [], {
      execPath: node,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { PATH: '/usr/local/bin:/usr/bin:/bin' },
    });
    const part = new Part(child, `The ${role} of ${script}`);
    try {
      await part.ask('start', { role, setting });
      return part;
    } catch (error) {
      await part.stop();
      throw error;
    }
  }

  get pid(): number {
    return this.child.pid!;
  }

  ask(act: Request['act'], argument?: unknown): Promise<unknown> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      if (!this.child.connected) {
        reject(new Error(`${this.label} has ended:\n${this.#printed}`));
        return;
      }
      this.#open.set(id, { resolve, reject });
      this.child.send({ id, act, argument } satisfies Request);
    });
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    const late = setTimeout(() => this.child.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(late);
  }
}
