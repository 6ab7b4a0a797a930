import { messageOf } from '@provisioning/errors';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { sendLine, splitEnvironment } from '@provisioning/process';
import type { FromDriverHost, RunMessage, ToDriverHost } from '@provisioning/provisioner/host-protocol';
import { Command } from './command.js';
import { HostedOperation } from './hosted-operation.js';
import { executorLog } from './log.js';
import { onMessage } from './messages.js';
import { HIDDEN_FD } from './spawner/spawned-command.js';
import { NoSpawnerError, type Spawners } from './spawners.js';
import { Starts } from './starts.js';

/** How much of a host's last output is kept, in characters, to explain why it could not start. */
const MAX_SAID = 500;

/** What {@link DriverHost} needs. */
export interface DriverHostOptions {
  /** The command that starts it. */
  argv: readonly string[];
  environment: Record<string, string>;
  /** The folder for its socket and its output, readable by the executor's user only. */
  directory: string;
  /** Masks the secrets in the host's output, which becomes part of a reason that probes show. */
  mask: (text: string) => string;
}

type Starter = Pick<Spawners, 'run' | 'workerId'>;

/**
 * The child process that runs operations, many at once. Drivers and their libraries are loaded there, so that this process
 * stays small. A spawner watches it like any command. When it dies, its operations are lost, and the next operation starts
 * another host. A host that cannot start costs no operation an attempt: the start is repeated with a longer time limit,
 * and until it succeeds there is a `fault`.
 */
export class DriverHost {
  #current: Host | undefined;
  #number = 0;
  #ended = false;

  /**
   * @param onReady called whenever a host has started
   * @param starts counts the failed starts
   */
  constructor(
    private readonly options: DriverHostOptions,
    private readonly spawners: Starter,
    private readonly onReady: () => void = () => {},
    private readonly starts = new Starts('no operation can be started'),
  ) {}

  /** Why no operation can be started, in a phrase; null while one can, and before that is known. */
  get fault(): string | null {
    return this.starts.fault;
  }

  /**
   * Starts an operation.
   * @throws NoSpawnerError after a failed start, until another one has succeeded
   */
  run(request: Omit<RunMessage, 'type'>): HostedOperation {
    if (this.fault !== null) throw new NoSpawnerError(this.fault);
    return this.#living().run(request);
  }

  /** Must be called once a second: after a failed start and its pause, starts another host. */
  tick(): void {
    if (this.#ended || this.fault === null || !this.starts.due) return;
    try {
      this.#living();
    } catch (error) {
      this.#failed(messageOf(error));
    }
  }

  /** Ends it at once. Resolves when no process of it is left. */
  async end(): Promise<void> {
    this.#ended = true;
    this.#current?.kill();
    await this.#current?.ended;
  }

  #living(): Host {
    if (!this.#current || this.#current.over)
      this.#current = new Host(this.options, ++this.#number, this.spawners, this.starts.limitMs, {
        started: () => {
          this.starts.succeeded();
          this.onReady();
        },
        failed: (how) => this.#failed(how),
      });
    return this.#current;
  }

  #failed(how: string): void {
    this.starts.failed(`the driver host could not be started: ${how}`);
  }
}

/** One process of the host, from its start to its end. */
class Host {
  readonly ended: Promise<unknown>;
  over = false;
  readonly #command: Command;
  readonly #server: Server;
  readonly #operations = new Map<string, HostedOperation>();
  readonly #patience: NodeJS.Timeout;
  #socket: Socket | undefined;
  /** Why the executor ended it before it had started; undefined if it did not. */
  #gaveUp: string | undefined;
  #killed = false;
  /** Operations that are sent once it has started. */
  #waiting: RunMessage[] = [];

  constructor(
    options: DriverHostOptions,
    number: number,
    spawners: Starter,
    startLimitMs: number,
    private readonly on: { started(): void; failed(how: string): void },
  ) {
    const directory = join(options.directory, `driver-host-${number}`);
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const socketPath = join(directory, 's');
    this.#server = createServer((socket) => this.#attach(socket)).listen(socketPath);
    this.#server.on('error', (error) => this.#giveUp(`its socket: ${error.message}`));
    // Commands of the same user can read its environment, so the credentials of the providers are not in it.
    const { visible, hidden } = splitEnvironment(
      { ...options.environment, DRIVER_HOST_SOCKET: socketPath },
      HIDDEN_FD,
    );
    const command = {
      directory,
      argv: options.argv,
      environment: visible,
      hidden,
      runId: `driver-host-${spawners.workerId}-${number}`,
    };
    try {
      this.#command = new Command(command, spawners);
    } catch (error) {
      this.#server.close();
      throw error;
    }
    this.#patience = setTimeout(
      () => this.#giveUp(`it did not start within ${startLimitMs / 1000} s`),
      startLimitMs,
    );
    this.ended = this.#command.ended.then(({ exitCode, signal, lost }) => {
      this.over = true;
      clearTimeout(this.#patience);
      this.#server.close();
      this.#socket?.destroy();
      const end = lost ?? `it ${signal ? `was ended by ${signal}` : `exited with status ${exitCode}`}`;
      const begun = this.#socket !== undefined;
      const why = [this.#gaveUp ?? end, begun ? '' : options.mask(lastOf(this.#command.outputPath))];
      const how = why.filter(Boolean).join(': ');
      // Before its operations are reported as lost: no more operations may be claimed for this host.
      if (!begun && (this.#gaveUp !== undefined || !this.#killed)) this.on.failed(how);
      for (const operation of this.#operations.values())
        operation.lost(`The driver host is gone: ${how}`, begun);
      if (this.#operations.size > 0)
        executorLog('warn', 'the driver host is gone', { how, operations: this.#operations.size });
      rmSync(directory, { recursive: true, force: true });
    });
  }

  run(request: Omit<RunMessage, 'type'>): HostedOperation {
    const operation = new HostedOperation({
      cancel: () => this.#cancel(request.id),
      kill: () => this.kill(),
      intended: (number) => this.#send({ type: 'intended', id: request.id, number }),
      forget: () => this.#operations.delete(request.id),
    });
    this.#operations.set(request.id, operation);
    const message: RunMessage = { type: 'run', ...request };
    if (this.#socket) this.#send(message);
    else this.#waiting.push(message);
    return operation;
  }

  kill(): void {
    this.over = true;
    this.#killed = true;
    this.#command.kill();
  }

  #giveUp(reason: string): void {
    executorLog('error', 'the driver host is ended', { reason });
    this.#gaveUp ??= reason;
    this.kill();
  }

  /** An operation that was not sent yet is withdrawn; the host continues to start for the others. */
  #cancel(id: string): void {
    if (this.#socket) return this.#send({ type: 'cancel', id });
    this.#waiting = this.#waiting.filter((message) => message.id !== id);
    queueMicrotask(() => this.#operations.get(id)?.lost('The driver host was still starting.', false));
  }

  #send(request: ToDriverHost): void {
    if (this.#socket) sendLine(this.#socket, request);
  }

  #attach(socket: Socket): void {
    socket.on('error', () => {});
    onMessage<FromDriverHost>(socket, (message) => this.#receive(socket, message));
  }

  #receive(socket: Socket, message: FromDriverHost): void {
    if (message.type === 'hello') {
      clearTimeout(this.#patience);
      this.#socket = socket;
      socket.on('close', () => this.kill());
      this.on.started();
      for (const request of this.#waiting.splice(0)) sendLine(socket, request);
      return;
    }
    this.#operations.get(message.id)?.receive(message);
  }
}

function lastOf(path: string): string {
  try {
    return readFileSync(path, 'utf8').slice(-MAX_SAID).trim();
  } catch {
    return '';
  }
}
