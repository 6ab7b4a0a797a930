import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { flushLines } from '@provisioning/process';
import { makeSocketFolder } from '@provisioning/runtime/local-socket';
import { onMessage, sendMessage, type ExecutorMessage, type WorkerMessage } from './messages.js';

/** The executor's end of the socket. Workers come and go (the newest counts); the executor stays. */
export class WorkerLink {
  readonly #server: Server;
  #worker: Socket | undefined;
  #lostAt: number | undefined = performance.now();

  constructor(
    private readonly socketPath: string,
    private readonly greetings: () => ExecutorMessage[],
    private readonly receive: (message: WorkerMessage) => void,
  ) {
    this.#server = createServer((socket) => this.#attach(socket));
  }

  async listen(): Promise<void> {
    makeSocketFolder(this.socketPath);
    rmSync(this.socketPath, { force: true });
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.socketPath, resolve);
    });
    chmodSync(this.socketPath, 0o600);
  }

  send(message: ExecutorMessage): void {
    if (this.#worker) sendMessage(this.#worker, message);
  }

  /** Seconds since the last worker was connected; 0 while one is. */
  get aloneSeconds(): number {
    return this.#lostAt === undefined ? 0 : (performance.now() - this.#lostAt) / 1000;
  }

  close(): void {
    this.#server.close();
    this.#worker?.destroy();
    rmSync(this.socketPath, { force: true });
  }

  #attach(socket: Socket): void {
    if (this.#worker) {
      sendMessage(this.#worker, { type: 'replaced' });
      flushLines(this.#worker);
      this.#worker.end();
    }
    this.#worker = socket;
    this.#lostAt = undefined;
    socket.on('error', () => {});
    socket.on('close', () => {
      if (this.#worker !== socket) return;
      this.#worker = undefined;
      this.#lostAt = performance.now();
    });
    onMessage<WorkerMessage>(socket, this.receive);
    for (const greeting of this.greetings()) sendMessage(socket, greeting);
  }
}
