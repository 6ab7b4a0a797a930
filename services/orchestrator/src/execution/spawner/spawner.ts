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

/** Between two looks at a silence that lasts. */
const SILENT_MS = 250;
/** Where so many processes can be started that one would have to look more often, commands that take longer pay for it. */
const MIN_GAP_MS = 40;
const MAX_BEAT_MS = 1_000;
/** After the pipe has closed: the kernel needs a moment to make an orphan of us. */
const LAST_PAUSE_MS = 30;

export interface SpawnerOptions {
  workerId: string;
  /** Without a tick for this long, its commands are ended. */
  limitMs: number;
}

/**
 * Starts the commands of an executor and is the dead-man's switch of all of them: when the executor is not heard of for too
 * long, or its pipe ends, it is frozen or gone, and the commands and everything they started are killed here and now, before
 * anybody else may start the same work. Nothing but this small process has to stay alive for that.
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

  /** Resolves when the executor is not to be heard of any more, and nothing is left that depended on it. */
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
    // Asked so long ago that the work may be another's by now.
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

  /** Often enough for the clock not to lose the thread. */
  get #beatMs(): number {
    return Math.min(this.#clock.maxGapMs / 2, MAX_BEAT_MS);
  }

  /** How much longer than it may be the silence lasts. */
  get #silentMs(): number {
    return machineTime() - this.#heardAt - this.options.limitMs;
  }

  #watch(): void {
    const silent = this.#silentMs;
    if (silent > 0) for (const run of this.#runs.values()) run.silence();
    // What was said while this process was frozen is read before it is missed: messages come after timers.
    setTimeout(() => setImmediate(() => this.#watch()), silent > 0 ? SILENT_MS : 1 - silent);
  }

  /**
   * An orphan ends the commands of the whole worker: another spawner may have died with the executor. As long as that lives
   * the others are none of our business.
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
