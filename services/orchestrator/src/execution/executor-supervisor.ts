import { spawn } from 'node:child_process';
import { hostname } from 'node:os';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { WORKER_COOKIE } from './command.js';
import { bootId } from './machine.js';
import type { Ledger } from '../domain/worker/ledger.js';
import { knownFlags } from '@provisioning/process';
import { onMessage, sendMessage, type ExecutorMessage } from './messages.js';
import type { ExecutorOptions } from './options.js';
import { isAlive, killByCookie, sendSignal } from './processes.js';

const FLAGS = ['--max-semi-space-size=4', '--optimize-for-size'];
const CONNECT_TRIES = 100;
const CONNECT_PAUSE_MS = 100;
/** Time that an executor has to end itself and its commands after the grace. */
const END_MS = 3_000;
const RESTART_PAUSE_MS = 1_000;
/** A check that is this late, in milliseconds, means that this process was frozen. */
const LATE_CHECK_MS = 3_000;

/** What {@link ExecutorSupervisor} reports to the worker. */
export interface SupervisorEvents {
  /** Tasks that became ready because tasks ended here. */
  onReady: (taskIds: string[]) => void;
  /** Another worker has taken this slot: two workers would end each other's executors forever. */
  onReplaced: () => void;
  log: { info(message: string, fields?: object): void; warn(message: string, fields?: object): void };
}

/**
 * The worker's side: keeps one executor running for its slot. It attaches to one that a dead worker left running, and
 * replaces one that died or froze. Before that it ends its commands and requeues its tasks: no lease has to expire.
 */
export class ExecutorSupervisor {
  /** Offers that wait for room, by number. */
  readonly #offers = new Map<number, () => void>();
  #lastOffer = 0;
  /** For the first executor only; later ones must not crash. */
  #crashAt: ExecutorOptions['crashAt'];
  #socket: Socket | undefined;
  #executor: { workerId: string; pid: number } | undefined;
  #lastWord = performance.now();
  #lastCheck = performance.now();
  #stopping = false;
  #draining: Promise<void> | undefined;
  /** Until this moment of `performance.now()` an executor that drains may end on its own. */
  #drainUntil = 0;
  #running = 0;
  /** Whether it can start commands, and why not, in its last message. */
  #ready = false;
  #fault: string | null = null;
  #onReady: () => void = () => {};
  /** The attempt to attach to an executor that is in progress. */
  #attaching: Promise<void> = Promise.resolve();

  constructor(
    private readonly executorScript: string,
    private readonly options: ExecutorOptions,
    private readonly ledger: Pick<Ledger, 'predecessors' | 'drain' | 'releaseWorker'>,
    private readonly events: SupervisorEvents,
  ) {
    this.#crashAt = options.crashAt;
  }

  async start(): Promise<void> {
    this.#attaching = this.#attach();
    await this.#attaching;
  }

  get connected(): boolean {
    return this.#socket !== undefined;
  }

  /** Whether commands can be started here. */
  get ready(): boolean {
    return this.connected && this.#ready;
  }

  /** Why commands cannot be started here; null while they can, and before that is known. */
  get fault(): string | null {
    return this.#fault;
  }

  /** Resolves when commands can be started here for the first time. */
  async untilReady(): Promise<void> {
    if (!this.ready) await new Promise<void>((resolve) => (this.#onReady = resolve));
  }

  get running(): number {
    return this.#running;
  }

  get slots(): number {
    return this.options.limits.total;
  }

  /** There may be work. Resolves when the executor had room and claimed what was ready. */
  offer(): Promise<void> {
    const socket = this.#socket;
    if (!socket) return Promise.resolve(); // the task stays ready in Postgres, where the next poll finds it
    const number = ++this.#lastOffer;
    return new Promise((resolve) => {
      this.#offers.set(number, resolve);
      sendMessage(socket, { type: 'offer', number });
    });
  }

  /**
   * Has the executor claim nothing more, and end within `graceMs`. Resolves when Postgres gives it no more tasks, or could
   * not be asked; never rejects. Only the first call counts.
   */
  drain(graceMs: number): Promise<void> {
    this.#stopping = true;
    this.#draining ??= this.#drain(graceMs);
    return this.#draining;
  }

  async #drain(graceMs: number): Promise<void> {
    await this.#attaching.catch(() => undefined);
    this.#drainUntil = performance.now() + graceMs + END_MS;
    if (!this.#executor) return;
    if (this.#socket) sendMessage(this.#socket, { type: 'drain', graceMs });
    // The message does not reach a round that is under way.
    await this.ledger.drain(this.#executor.workerId).catch((error: unknown) => {
      this.events.log.warn(
        'the executor could not be drained in Postgres: a round that is under way may still claim',
        { error },
      );
    });
  }

  /** Drains the executor, unless it drains already, and waits until it has ended; then ends it and its commands. */
  async stop(graceMs: number): Promise<void> {
    await this.drain(graceMs);
    const executor = this.#executor;
    if (!executor) return;
    while (isAlive(executor.pid) && performance.now() < this.#drainUntil) await sleep(50);
    if (isAlive(executor.pid)) await this.#reap(executor, 'Its worker was stopped.');
    this.#socket?.destroy();
  }

  /** Replaces an executor that has not reported for `times.executorSilence` seconds. Called every second. */
  checkSilence(): void {
    const now = performance.now();
    // A late timer means that this process was frozen: messages of the executor are still to be read.
    if (now - this.#lastCheck > LATE_CHECK_MS) this.#lastWord = now;
    this.#lastCheck = now;
    const silence = (now - this.#lastWord) / 1000;
    if (this.#socket && silence > this.options.times.executorSilence) {
      this.events.log.warn('the executor is silent, replacing it', { seconds: Math.round(silence) });
      this.#socket.destroy();
    }
  }

  /** Connects to the executor of this slot, and starts one if there is none. */
  async #attach(): Promise<void> {
    const left = await this.#connect(1);
    if (!left) {
      await this.#reapPredecessors();
      this.#spawn();
      if (!(await this.#connect(CONNECT_TRIES)))
        throw new Error('The executor did not start. Its log gives the reason.');
    }
  }

  #spawn(): void {
    const child = spawn(process.execPath, [...knownFlags(FLAGS), this.executorScript], {
      detached: true,
      stdio: ['pipe', 'inherit', 'inherit'],
      // The executor gets none of the worker's variables: its options are a line on standard input, where no `ps` shows them.
      env: { PATH: this.options.providerEnvironment['PATH'] ?? '' },
    });
    child.on('error', (error) => this.events.log.warn('the executor cannot be started', { error }));
    child.stdin.on('error', () => {});
    child.stdin.end(`${JSON.stringify({ ...this.options, crashAt: this.#crashAt })}\n`);
    this.#crashAt = undefined;
    child.unref();
  }

  async #connect(tries: number): Promise<boolean> {
    for (let attempt = 1; attempt <= tries; attempt++) {
      if (await this.#tryConnect()) return true;
      if (attempt < tries) await sleep(CONNECT_PAUSE_MS);
    }
    return false;
  }

  #tryConnect(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.options.socketPath);
      // The socket of a frozen executor accepts connections, but no `hello` arrives.
      const patience = setTimeout(() => socket.destroy(), this.options.times.heartbeat * 1000);
      socket.on('error', () => {});
      socket.on('close', () => {
        clearTimeout(patience);
        if (this.#socket === socket) this.#attaching = this.#lost();
        else resolve(false);
      });
      onMessage<ExecutorMessage>(socket, (message) => {
        if (message.type === 'hello') {
          clearTimeout(patience);
          this.#socket = socket;
          this.#executor = { workerId: message.workerId, pid: message.pid };
          this.events.log.info('executor attached', { worker_id: message.workerId, pid: message.pid });
          resolve(true);
        }
        this.#receive(message);
      });
    });
  }

  #receive(message: ExecutorMessage): void {
    this.#lastWord = performance.now();
    switch (message.type) {
      case 'tick':
        this.#running = message.running;
        this.#ready = message.ready ?? true;
        this.#fault = message.fault ?? null;
        if (this.#ready) this.#onReady();
        break;
      case 'looked':
        this.#settle(message.number);
        break;
      case 'ready':
        this.events.onReady(message.ids);
        break;
      case 'replaced':
        this.#stopping = true;
        this.events.onReplaced();
        break;
      case 'hello':
        break;
    }
  }

  #settle(offer: number): void {
    this.#offers.get(offer)?.();
    this.#offers.delete(offer);
  }

  /** The connection has ended: the executor is dead or does not respond. */
  async #lost(): Promise<void> {
    this.#socket = undefined;
    this.#running = 0;
    this.#ready = false;
    this.#fault = null;
    for (const number of [...this.#offers.keys()]) this.#settle(number);
    if (this.#stopping) return;
    this.events.log.warn('the executor is gone, replacing it');
    while (!this.#stopping) {
      try {
        if (this.#executor) await this.#reap(this.#executor, 'Its executor was lost.');
        this.#executor = undefined;
        await this.#attach();
        return;
      } catch (error) {
        this.events.log.warn('the executor cannot be replaced yet', { error });
        await sleep(RESTART_PAUSE_MS);
      }
    }
  }

  async #reapPredecessors(): Promise<void> {
    for (const workerId of await this.ledger.predecessors(hostname(), bootId(), this.options.slot)) {
      await this.#reap({ workerId, pid: undefined }, 'Its worker was replaced.');
    }
  }

  /** Ends an executor and every process of its commands, including frozen ones. Its tasks are requeued when all are gone. */
  async #reap(
    { workerId, pid }: { workerId: string; pid: number | undefined },
    reason: string,
  ): Promise<void> {
    if (pid !== undefined) sendSignal(pid, 'SIGKILL');
    const { left } = await killByCookie(WORKER_COOKIE, workerId);
    if (left.length > 0) throw new Error(`processes ${left.join(', ')} cannot be ended`);
    const ready = await this.ledger.releaseWorker(workerId, reason);
    if (ready.length > 0) this.events.onReady(ready);
  }
}
