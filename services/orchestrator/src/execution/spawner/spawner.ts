import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { sendLine } from '@provisioning/process';
import { RUN_COOKIE, WORKER_COOKIE } from '../cookies.js';
import { onMessage } from '../messages.js';
import { processIds, sendSignal } from '../processes.js';
import { Leftovers } from './leftovers.js';
import { PidClock } from './pid-clock.js';
import { pidSource, variableOf } from './process-table.js';
import { machineTime, type FromSpawner, type ToSpawner } from './protocol.js';
import { SpawnedCommand, type EndedCommand, type RunRequest } from './spawned-command.js';

/** Between two checks of a silence that lasts. */
const SILENT_MS = 250;
/** If ids are assigned so fast that they would have to be read more often, commands that take longer need more scans. */
const MIN_GAP_MS = 40;
const MAX_BEAT_MS = 1_000;
/** After the pipe has closed: the kernel needs a moment to make this process an orphan. */
const LAST_PAUSE_MS = 30;

/** The options of a spawner. */
export interface SpawnerOptions {
  workerId: string;
  /** Without a tick for this long, its commands are ended. */
  limitMs: number;
}

/**
 * Starts the commands of an executor and is their watchdog. When it receives nothing from the executor for too long, or
 * its pipe ends, the executor is frozen or gone. The commands and all their processes are then killed at once, before
 * another worker can start the same work. Only this small process has to stay alive for that.
 */
export class Spawner {
  readonly #clock = new PidClock(pidSource(() => performance.now()));
  readonly #runs = new Map<string, SpawnedCommand>();
  readonly #leftovers = new Leftovers(this.#clock, (pid) => this.#isCommand(pid));
  readonly #executor = process.ppid;
  #heardAt = machineTime();
  #beat: NodeJS.Timeout | undefined;

  constructor(
    private readonly socket: Socket,
    private readonly options: SpawnerOptions,
  ) {
    socket.on('error', () => {});
    onMessage<ToSpawner>(socket, (message) => this.#receive(message));
    this.#send({ type: 'hello' });
    this.#watch();
  }

  /** Resolves when no message of the executor can arrive any more, and no process that depended on it is left. */
  async closed(): Promise<void> {
    await new Promise((resolve) => this.socket.once('close', resolve));
    const ours = new Set(this.#runs.keys());
    for (const run of this.#runs.values()) run.silence();
    do await sleep(LAST_PAUSE_MS);
    while (this.#killAll(ours) > 0);
  }

  #receive(message: ToSpawner): void {
    switch (message.type) {
      case 'tick':
        this.#heardAt = Math.max(this.#heardAt, message.at);
        this.#send({ type: 'pong' });
        break;
      case 'run':
        this.#heardAt = Math.max(this.#heardAt, message.at);
        this.#run(message);
        break;
      case 'signal':
        this.#runs.get(message.id)?.signal(message.signal);
        break;
    }
  }

  #run(request: RunRequest): void {
    const { id } = request;
    // The request is so old that another worker may have the work by now.
    if (this.#silentMs > 0) {
      const end = { exitCode: 137, signal: 'SIGKILL', signals: [], killed: [], left: [] };
      return this.#send({ type: 'ended', id, ...end, bySilence: true });
    }
    const since = this.#clock.look();
    const run = new SpawnedCommand(request, since, this.#leftovers, (end) => this.#ended(id, end));
    this.#runs.set(id, run);
    if (this.#clock.maxGapMs > MIN_GAP_MS) this.#beat ??= setInterval(() => this.#clock.look(), this.#beatMs);
    if (run.group !== undefined) this.#send({ type: 'started', id, group: run.group });
  }

  #ended(id: string, end: EndedCommand): void {
    this.#runs.delete(id);
    if (this.#runs.size === 0) {
      clearInterval(this.#beat);
      this.#beat = undefined;
    }
    this.#send({ type: 'ended', id, ...end });
  }

  #isCommand(pid: number): boolean {
    for (const run of this.#runs.values()) if (run.leader === pid) return true;
    return false;
  }

  /** Often enough that the clock keeps the order of ids. */
  get #beatMs(): number {
    return Math.min(this.#clock.maxGapMs / 2, MAX_BEAT_MS);
  }

  /** How much longer than allowed the silence lasts. */
  get #silentMs(): number {
    return machineTime() - this.#heardAt - this.options.limitMs;
  }

  #watch(): void {
    const silent = this.#silentMs;
    if (silent > 0) for (const run of this.#runs.values()) run.silence();
    // Messages that arrived while this process was frozen are read first: messages come after timers.
    setTimeout(() => setImmediate(() => this.#watch()), silent > 0 ? SILENT_MS : 1 - silent);
  }

  /**
   * An orphan ends the commands of the whole worker, because another spawner may have died with the executor. While the
   * executor is alive, the other spawners are not affected.
   */
  #killAll(ours: ReadonlySet<string>): number {
    const orphan = process.ppid !== this.#executor;
    const commands = processIds().filter((pid) => {
      const run = variableOf(pid, RUN_COOKIE);
      if (run === undefined || variableOf(pid, WORKER_COOKIE) !== this.options.workerId) return false;
      return orphan || ours.has(run);
    });
    return commands.filter((pid) => sendSignal(pid, 'SIGKILL')).length;
  }

  #send(message: FromSpawner): void {
    sendLine(this.socket, message);
  }
}
