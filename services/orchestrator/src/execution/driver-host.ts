import { mkdirSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { splitEnvironment } from '@provisioning/process';
import type { FromDriverHost, RunMessage, ToDriverHost } from '@provisioning/provisioner/host-protocol';
import { Command } from './command.js';
import { HostedOperation } from './hosted-operation.js';
import { executorLog } from './log.js';
import { onMessage, sendLine } from './messages.js';
import { HIDDEN_FD } from './spawner/spawned-command.js';
import type { Spawners } from './spawners.js';

/** A host that has not said hello by then is ended, and what was to run in it is lost. */
const HELLO_MS = 15_000;

export interface DriverHostOptions {
  /** How it is started. */
  argv: readonly string[];
  environment: Record<string, string>;
  /** Folder for its socket and what it prints, private to the executor's user. */
  directory: string;
}

/**
 * The child that carries out operations, many at once: drivers and their libraries live there, so that this process stays
 * small. A spawner watches over it as over any command. When it dies, whatever ran in it is lost, and the next operation
 * starts another one.
 */
export class DriverHost {
  #current: Host | undefined;
  #number = 0;

  constructor(
    private readonly options: DriverHostOptions,
    private readonly spawners: Spawners,
  ) {}

  /** Begins an operation. */
  run(request: Omit<RunMessage, 'type'>): HostedOperation {
    if (!this.#current || this.#current.over)
      this.#current = new Host(this.options, ++this.#number, this.spawners);
    return this.#current.run(request);
  }

  /** Ends it at once. Resolves when nothing of it is left. */
  async end(): Promise<void> {
    this.#current?.kill();
    await this.#current?.ended;
  }
}

/** One life of the host. */
class Host {
  readonly ended: Promise<unknown>;
  over = false;
  readonly #command: Command;
  readonly #server: Server;
  readonly #operations = new Map<string, HostedOperation>();
  readonly #patience: NodeJS.Timeout;
  #socket: Socket | undefined;
  #waiting: ToDriverHost[] = [];

  constructor(options: DriverHostOptions, number: number, spawners: Spawners) {
    const directory = join(options.directory, `driver-host-${number}`);
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const socketPath = join(directory, 's');
    this.#server = createServer((socket) => this.#attach(socket)).listen(socketPath);
    this.#server.on('error', (error) => this.#give(`the driver host’s socket: ${error.message}`));
    // Commands of our own user may read what it is started with: not the credentials of the providers.
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
    this.#command = new Command(command, spawners);
    this.#patience = setTimeout(() => this.#give('it did not start in time'), HELLO_MS);
    this.ended = this.#command.ended.then(({ exitCode, signal, lost, begun }) => {
      this.over = true;
      clearTimeout(this.#patience);
      this.#server.close();
      this.#socket?.destroy();
      const how =
        lost ?? `The driver host ${signal ? `was ended by ${signal}` : `exited with status ${exitCode}`}.`;
      for (const operation of this.#operations.values()) operation.lost(how, begun);
      if (this.#operations.size > 0)
        executorLog('warn', 'the driver host is gone', { how, operations: this.#operations.size });
      rmSync(directory, { recursive: true, force: true });
    });
  }

  run(request: Omit<RunMessage, 'type'>): HostedOperation {
    const operation = new HostedOperation({
      cancel: () => this.#send({ type: 'cancel', id: request.id }),
      kill: () => this.kill(),
      intended: (number) => this.#send({ type: 'intended', id: request.id, number }),
      forget: () => this.#operations.delete(request.id),
    });
    this.#operations.set(request.id, operation);
    this.#send({ type: 'run', ...request });
    return operation;
  }

  kill(): void {
    this.over = true;
    this.#command.kill();
  }

  #give(reason: string): void {
    executorLog('error', 'the driver host is ended', { reason });
    this.kill();
  }

  #send(request: ToDriverHost): void {
    if (this.#socket) sendLine(this.#socket, request);
    else this.#waiting.push(request);
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
      for (const request of this.#waiting.splice(0)) sendLine(socket, request);
      return;
    }
    this.#operations.get(message.id)?.receive(message);
  }
}
