import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { EndedMessage, FromDriverHost, RunMessage } from '../src/host/protocol.js';
import type { Report, ResourceReport } from '../src/report/index.js';

const PROGRAM = fileURLToPath(new URL('../bin/driver-host.js', import.meta.url));

type Run = Omit<RunMessage, 'type' | 'id' | 'check' | 'idempotency_key'> & Partial<RunMessage>;

/** The messages of one operation, in order. */
export interface RunResult {
  ended: EndedMessage;
  logs: string[];
  reports: Report[];
}

/** A real driver host, with this test as the executor at the other end of its socket. */
export class Host {
  readonly messages: FromDriverHost[] = [];
  readonly exited: Promise<number | NodeJS.Signals | null>;
  stderr = '';
  #runs = 0;
  /** Whether intents are answered at once, as by an executor with a database. */
  stores = true;
  #wake: (() => void)[] = [];

  private constructor(
    readonly child: ChildProcess,
    private readonly server: Server,
    readonly socket: Socket,
  ) {
    this.exited = once(child, 'close').then(
      ([status, signal]) => (status ?? signal) as number | NodeJS.Signals | null,
    );
    child.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    socket.on('error', () => {});
    const lines = createInterface({ input: socket });
    // A host that is killed resets its connection, which the test expects.
    lines.on('error', () => {});
    lines.on('line', (line) => {
      const message = JSON.parse(line) as FromDriverHost;
      this.messages.push(message);
      if (message.type === 'intend' && this.stores)
        this.send({ type: 'intended', id: message.id, number: message.number });
      for (const wake of this.#wake.splice(0)) wake();
    });
  }

  static async start(root: string, env: NodeJS.ProcessEnv = {}): Promise<Host> {
    const path = `${root}/${process.pid}-${Math.random().toString(36).slice(2)}.sock`;
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));
    const child = spawn(process.execPath, [PROGRAM], {
      env: {
        DRIVER_HOST_SOCKET: path,
        PROVISIONING_DATA_DIR: `${root}/data`,
        PROVISIONING_TEST_DRIVER: '1',
        ...env,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const [socket] = (await once(server, 'connection')) as [Socket];
    return new Host(child, server, socket);
  }

  /** Starts a host that fails at its start. */
  static async alone(env: NodeJS.ProcessEnv): Promise<{ status: number | null; stderr: string }> {
    const child = spawn(process.execPath, [PROGRAM], {
      env: { PROVISIONING_DATA_DIR: 'data', ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const [status] = (await once(child, 'close')) as [number | null];
    return { status, stderr };
  }

  send(message: object): void {
    this.socket.write(`${JSON.stringify(message)}\n`);
  }

  /** Starts an operation. @returns its id */
  begin(run: Run): string {
    const id = run.id ?? `run-${++this.#runs}`;
    this.send({ type: 'run', check: false, idempotency_key: id, ...run, id });
    return id;
  }

  /** Runs an operation to its end. */
  async run(run: Run): Promise<RunResult> {
    return this.end(this.begin(run));
  }

  async end(id: string): Promise<RunResult> {
    await this.until(() => this.of(id).some(({ type }) => type === 'ended'));
    const messages = this.of(id);
    return {
      ended: messages.find((message) => message.type === 'ended') as EndedMessage,
      logs: messages.flatMap((message) => (message.type === 'log' ? [message.text] : [])),
      reports: messages.flatMap((message) => (message.type === 'report' ? [message.report] : [])),
    };
  }

  /** The messages about an operation so far. */
  of(id: string): FromDriverHost[] {
    return this.messages.filter((message) => 'id' in message && message.id === id);
  }

  async until(true_: () => boolean): Promise<void> {
    while (!true_()) await new Promise<void>((resolve) => this.#wake.push(resolve));
  }

  /** Closes the connection, or kills; either way the process is gone afterwards. */
  async close(signal?: 'SIGKILL'): Promise<number | NodeJS.Signals | null> {
    if (signal) this.child.kill(signal);
    else this.socket.destroy();
    const status = await this.exited;
    this.socket.destroy();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
    return status;
  }
}

export const resourcesOf = ({ reports }: RunResult): ResourceReport[] =>
  reports.filter((report) => report.type === 'resource');
