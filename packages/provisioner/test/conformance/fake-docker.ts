import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { join } from 'node:path';
import { temporaryFolder, type TemporaryFolder } from '@provisioning/test-kit';

interface Container {
  Id: string;
  Name: string;
  Created: string;
  Config: { Labels: Record<string, string>; Image: string };
  HostConfig: Record<string, unknown>;
  State: { Status: string };
  NetworkSettings: { Networks: Record<string, { IPAddress: string }> };
  /** The archive that was uploaded last. */
  archive: Buffer | null;
}
interface Exec {
  container: Container;
  Cmd: string[];
  Env: string[];
  stdin: boolean;
  exitCode: number | null;
}
/** What happens to a request instead of an answer, or after it was performed. */
interface Trouble {
  method: string;
  path: RegExp;
  how: 'cut after' | 'silence' | 'late' | { status: number };
  times: number;
}

/** Later than the driver waits in these tests. */
export const LATE_MS = 400;

/**
 * The API of a Docker engine as far as the driver uses it, on a Unix socket. Nothing is isolated: commands run on this
 * machine, in a separate folder.
 */
export class FakeDocker {
  readonly containers: Container[] = [];
  readonly images = new Set(['debian:bookworm-slim']);
  readonly pulled: string[] = [];
  readonly #execs = new Map<string, Exec>();
  readonly #troubles: Trouble[] = [];
  readonly #channels = new Set<Duplex>();

  private constructor(
    private readonly server: Server,
    private readonly folder: TemporaryFolder,
    readonly env: Record<string, string>,
  ) {}

  static async start(): Promise<FakeDocker> {
    const folder = await temporaryFolder('docker');
    const socket = join(folder.path, 's');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    const fake = new FakeDocker(server, folder, { DOCKER_HOST: `unix://${socket}` });
    server.on('request', (request, response) => void fake.#handle(request, response));
    server.on('upgrade', (request: IncomingMessage, channel: Duplex, head: Buffer) => {
      fake.#channels.add(channel);
      channel.once('close', () => fake.#channels.delete(channel));
      const isLate = fake.#troubleOf('POST', request.url ?? '')?.how === 'late';
      setTimeout(() => fake.#attach(request, channel, head), isLate ? LATE_MS : 0);
    });
    return fake;
  }

  trouble(method: string, path: RegExp, how: Trouble['how'], times = 1): void {
    this.#troubles.push({ method, path, how, times });
  }

  /** Removes it as a user would. */
  vanish(id: string): void {
    const at = this.containers.findIndex(({ Id }) => Id === id);
    if (at !== -1) this.containers.splice(at, 1);
  }

  /** Stops it as a user would, or as an engine that could not remove it. */
  turn(id: string, status: 'exited' | 'dead'): void {
    const container = this.containers.find(({ Id }) => Id === id);
    if (container) container.State.Status = status;
  }

  /** The folder in which a container's processes run. */
  homeOf(id: string): string {
    return join(this.folder.path, id);
  }

  /** Channels to commands that are open. */
  get openChannels(): number {
    return this.#channels.size;
  }

  async close(): Promise<void> {
    for (const channel of this.#channels) channel.destroy();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    await this.folder.remove();
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { pathname: path, searchParams: query } = new URL(request.url ?? '/', 'http://engine');
    const method = request.method ?? '';
    const trouble = this.#troubleOf(method, path);
    if (trouble?.how === 'silence') return;
    if (typeof trouble?.how === 'object')
      return void answer(response, trouble.how.status, { message: 'come back later' });
    const [status, body] = this.#carryOut(method, path, query, Buffer.concat(chunks));
    if (trouble?.how === 'cut after') return void request.socket.destroy();
    answer(response, status, body);
  }

  #troubleOf(method: string, path: string): Trouble | undefined {
    const trouble = this.#troubles.find(
      (one) => one.times > 0 && one.method === method && one.path.test(path),
    );
    if (trouble) trouble.times--;
    return trouble;
  }

  #carryOut(
    method: string,
    path: string,
    query: URLSearchParams,
    sent: Buffer,
  ): [status: number, body?: unknown] {
    const body = (sent.length > 0 && sent[0] === 0x7b ? JSON.parse(sent.toString()) : {}) as Record<
      string,
      never
    >;
    const [, kind, id = '', act = ''] =
      /^\/(containers|images|exec)\/(.+?)(?:\/(json|start|stop|update|archive|exec))?$/.exec(path) ?? [];
    if (kind === 'images') return this.#image(method, decodeURIComponent(id), query);
    if (kind === 'exec') return [200, this.#inspectExec(id)];
    if (kind !== 'containers') return [404, { message: 'page not found' }];
    if (id === 'json') return [200, this.#list(query)];
    if (id === 'create') return this.#create(query.get('name') ?? '', body);
    const container = this.containers.find(({ Id, Name }) => Id === id || Name === `/${id}`);
    if (!container) return [404, { message: `No such container: ${id}` }];
    switch (`${method} ${act}`) {
      case 'GET json':
        return [200, container];
      case 'POST start':
        if (container.State.Status === 'running') return [304];
        container.State.Status = 'running';
        return [204];
      case 'POST stop':
        if (container.State.Status !== 'running') return [304];
        container.State.Status = 'exited';
        return [204];
      case 'POST update':
        Object.assign(container.HostConfig, body);
        return [200, { Warnings: null }];
      case 'GET archive':
        return container.archive ? [200, container.archive] : [404, { message: 'Could not find the file' }];
      case 'PUT archive':
        container.archive = sent;
        return [200];
      case 'DELETE ':
        this.vanish(container.Id);
        return [204];
      case 'POST exec':
        return this.#exec(container, body);
      default:
        return [404, { message: 'page not found' }];
    }
  }

  #image(method: string, name: string, query: URLSearchParams): [number, unknown] {
    if (method === 'GET')
      return this.images.has(name) ? [200, { Id: name }] : [404, { message: `No such image: ${name}` }];
    const image = `${query.get('fromImage') ?? ''}${query.get('tag') ? `:${query.get('tag') ?? ''}` : ''}`;
    if (image.includes('nowhere')) return [404, { message: `pull access denied for ${image}` }];
    this.images.add(image);
    this.pulled.push(image);
    return [200, { status: 'Download complete' }];
  }

  #list(query: URLSearchParams): unknown[] {
    const { label = [] } = JSON.parse(query.get('filters') ?? '{}') as { label?: string[] };
    return this.containers
      .filter(({ Config: { Labels } }) =>
        label.every((one) => Object.entries(Labels).some(([key, value]) => one === `${key}=${value}`)),
      )
      .map(({ Id, Config: { Labels } }) => ({ Id, Labels }));
  }

  #create(name: string, body: Record<string, unknown>): [number, unknown] {
    if (this.containers.some(({ Name }) => Name === `/${name}`))
      return [409, { message: `Conflict. The container name "/${name}" is already in use.` }];
    if (!this.images.has(String(body['Image'])))
      return [404, { message: `No such image: ${String(body['Image'])}` }];
    const Id = randomBytes(32).toString('hex');
    const { Labels = {}, Image } = body as { Labels?: Record<string, string>; Image: string };
    this.containers.push({
      Id,
      Name: `/${name}`,
      Created: new Date().toISOString(),
      Config: { Labels, Image },
      HostConfig: body['HostConfig'] as Record<string, unknown>,
      State: { Status: 'created' },
      archive: null,
      NetworkSettings: { Networks: { bridge: { IPAddress: '172.17.0.2' } } },
    });
    return [201, { Id, Warnings: [] }];
  }

  #exec(container: Container, body: Record<string, unknown>): [number, unknown] {
    const Id = randomBytes(32).toString('hex');
    const {
      Cmd,
      Env = [],
      AttachStdin = false,
    } = body as { Cmd: string[]; Env?: string[]; AttachStdin?: boolean };
    this.#execs.set(Id, { container, Cmd, Env, stdin: AttachStdin, exitCode: null });
    return [201, { Id }];
  }

  #inspectExec(id: string): unknown {
    const exec = this.#execs.get(id.replace(/\/json$/, ''));
    return { ExitCode: exec?.exitCode ?? null, Running: exec?.exitCode === null };
  }

  /** The connection becomes the streams of the command (the API's "hijacking"). */
  #attach(request: IncomingMessage, channel: Duplex, head: Buffer): void {
    channel.write(
      'HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.multiplexed-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n',
    );
    const exec = this.#execs.get(/^\/exec\/([0-9a-f]+)\/start/.exec(request.url ?? '')?.[1] ?? '');
    if (!exec) return void channel.end();
    const home = this.homeOf(exec.container.Id);
    mkdirSync(home, { recursive: true });
    const [program = '', ...args] = exec.Cmd;
    const env = Object.fromEntries(
      exec.Env.map((one) => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)]),
    );
    const child = spawn(program, args, { cwd: home, env: { PATH: process.env['PATH'], HOME: home, ...env } });
    channel.on('error', () => {});
    child.stdin.on('error', () => {});
    // The body of the request comes first on this connection.
    let skip = Number(request.headers['content-length'] ?? 0);
    const take = (chunk: Buffer) => {
      const rest = chunk.subarray(Math.min(skip, chunk.length));
      skip -= chunk.length - rest.length;
      if (rest.length > 0 && exec.stdin) child.stdin.write(rest);
    };
    take(head);
    channel.on('data', take);
    for (const event of ['end', 'close']) channel.once(event, () => child.stdin.end());
    if (!exec.stdin) child.stdin.end();
    for (const [type, stream] of [
      [1, child.stdout],
      [2, child.stderr],
    ] as const) {
      stream.on('data', (chunk: Buffer) => {
        const head = Buffer.alloc(8);
        head[0] = type;
        head.writeUInt32BE(chunk.length, 4);
        if (channel.writable) channel.write(Buffer.concat([head, chunk]));
      });
    }
    child.once('close', (code) => {
      exec.exitCode = code ?? 137;
      channel.end();
    });
  }
}

function answer(response: ServerResponse, status: number, body?: unknown): void {
  if (Buffer.isBuffer(body)) {
    const stat = Buffer.from(JSON.stringify({ name: 'server.json' })).toString('base64');
    response
      .writeHead(status, { 'Content-Type': 'application/x-tar', 'X-Docker-Container-Path-Stat': stat })
      .end(body);
  } else if (body === undefined) response.writeHead(status).end();
  else response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}
