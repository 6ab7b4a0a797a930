import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server as TcpServer, type Socket } from 'node:net';
import { join } from 'node:path';
import ssh2, { type ParsedKey, type ServerChannel } from 'ssh2';
import { newKeys } from './keys.js';

export interface StandInOptions {
  /** The folder that contains the folder of the host. */
  parent: string;
  /** The public key that may log in, in the form of OpenSSH. */
  authorized: string;
  /** The existing users. */
  users?: readonly string[];
  /** The number of sessions on one connection, like sshd's MaxSessions. */
  maxSessions?: number;
}

/**
 * An SSH server in this process, which runs commands in this machine's bash: a host without a separate machine. It can be
 * made to fail.
 */
export class StandInHost {
  readonly hostKey: string;
  readonly port: number;
  /** The connections so far, including refused ones. */
  connections = 0;
  readonly #sockets = new Set<Socket>();
  readonly #children = new Set<Promise<unknown>>();
  #refusals = 0;
  #silent = false;
  #dropAfter: string | undefined;

  private constructor(
    readonly folder: string,
    private readonly options: StandInOptions,
    private readonly tcp: TcpServer,
    private key: string,
  ) {
    this.hostKey = publicOf(key);
    this.port = (tcp.address() as AddressInfo).port;
    tcp.on('connection', (socket) => this.#meet(socket));
  }

  static async start(options: StandInOptions): Promise<StandInHost> {
    const folder = await mkdtemp(join(options.parent, 'host-'));
    await mkdir(join(folder, 'bin'));
    const tcp = createServer({ noDelay: true });
    await once(tcp.listen(0, '127.0.0.1'), 'listening');
    return new StandInHost(folder, options, tcp, newKeys().private);
  }

  /** The open connections. */
  get open(): number {
    return this.#sockets.size;
  }

  get target() {
    return { host: '127.0.0.1', port: this.port };
  }

  /** Reinstalls it: it has another host key, and no connections. */
  reinstall(): void {
    this.key = newKeys().private;
    this.drop();
  }

  /** Ends every connection. */
  drop(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Ends every connection, and refuses the next ones. */
  refuse(connections: number): void {
    this.#refusals = connections;
    this.drop();
  }

  /** It keeps running, and neither receives nor sends anything. */
  silence(silent: boolean): void {
    this.#silent = silent;
    for (const socket of this.#sockets) {
      if (silent) socket.pause();
      else socket.resume();
    }
  }

  /** Ends the connection at the end of the next command with those words, before its status is sent. */
  dropAfter(words: string): void {
    this.#dropAfter = words;
  }

  async stop(): Promise<void> {
    this.drop();
    this.tcp.close();
    await Promise.all(this.#children);
  }

  #meet(socket: Socket): void {
    this.connections++;
    socket.on('error', () => {});
    if (this.#refusals > 0) {
      this.#refusals--;
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    if (this.#silent) return;
    this.#serve(socket);
  }

  #serve(socket: Socket): void {
    const { authorized, users = ['root'], maxSessions = 10 } = this.options;
    let sessions = 0;
    const server = new ssh2.Server({ hostKeys: [this.key] }, (client) => {
      client.on('error', () => {});
      client.on('authentication', (attempt) => {
        if (attempt.method !== 'publickey') return attempt.reject(['publickey']);
        const { key, signature, blob, hashAlgo, username } = attempt;
        const allowed = parsed(authorized);
        const known = users.includes(username) && allowed.getPublicSSH().equals(key.data);
        const proved = !signature || (blob && allowed.verify(blob, signature, hashAlgo) === true);
        if (known && proved) attempt.accept();
        else attempt.reject(['publickey']);
      });
      client.on('session', (accept, reject) => {
        if (sessions >= maxSessions) return reject();
        sessions++;
        const session = accept();
        session.on('close', () => sessions--);
        session.on('exec', (acceptExec, _reject, { command }) => this.#exec(acceptExec(), command, socket));
      });
    });
    server.injectSocket(socket);
  }

  #exec(channel: ServerChannel, command: string, socket: Socket): void {
    const child = spawn('bash', ['-c', command], {
      cwd: this.folder,
      // The start files of the user that runs the tests must have no effect.
      env: {
        PATH: `${join(this.folder, 'bin')}:${process.env['PATH']}`,
        HOME: this.folder,
        STAND_IN: this.folder,
      },
      detached: true,
    });
    let sent = '';
    const { stdin, stdout, stderr } = child;
    for (const stream of [stdin, stdout, stderr, channel]) stream.on('error', () => {});
    channel.on('data', (chunk: Buffer) => {
      sent += chunk.toString('latin1');
      stdin.write(chunk);
    });
    channel.on('end', () => stdin.end());
    const isDropped = () => this.#dropAfter !== undefined && sent.includes(this.#dropAfter);
    stdout.on('data', (chunk: Buffer) => isDropped() || channel.write(chunk));
    stderr.on('data', (chunk: Buffer) => isDropped() || channel.stderr.write(chunk));
    channel.on('close', () => {
      stdin.destroy();
      stdout.destroy();
      stderr.destroy();
    });
    this.#children.add(once(child, 'exit'));
    child.on('exit', (code) => {
      if (isDropped()) {
        this.#dropAfter = undefined;
        socket.destroy();
      }
      channel.exit(code ?? 255);
    });
    child.on('close', () => channel.close());
  }
}

function publicOf(key: string): string {
  return `ssh-ed25519 ${parsed(key).getPublicSSH().toString('base64')}`;
}

function parsed(key: string): ParsedKey {
  const one = ssh2.utils.parseKey(key);
  if (one instanceof Error) throw one;
  return Array.isArray(one) ? one[0]! : one;
}
