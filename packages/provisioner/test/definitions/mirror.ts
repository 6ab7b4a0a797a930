import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmod, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { arch } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder, type TemporaryFolder } from '@provisioning/test-kit';
import { parse, stringify } from 'smol-toml';
import { Definitions } from '../../src/definitions/index.js';

const command = promisify(execFile);
const ARCHITECTURE = arch() === 'x64' ? 'amd64' : arch();

/** A program that prints its version, as the real one does. */
type Stub = { file: string; program: (version: string) => string };
const says = (condition: string, line: string) =>
  `#!/bin/sh\n[ "$*" = '${condition}' ] && echo '${line}'\nexit 0\n`;

// By the name of the download: the content of its archive, or the one program that it is.
const STUBS: Record<string, Stub[]> = {
  containerd: [
    {
      file: 'bin/containerd',
      program: (version) =>
        says('--version', `containerd github.com/containerd/containerd/v2 v${version} 0`).replace(
          'exit 0',
          `[ "$1" = config ] && echo 'SystemdCgroup = false'\nexit 0`,
        ),
    },
  ],
  runc: [{ file: 'runc', program: () => says('--version', 'runc') }],
  cni: [{ file: './bridge', program: () => says('', '') }],
  kubelet: [{ file: 'kubelet', program: (version) => says('--version', `Kubernetes v${version}`) }],
  kubeadm: [{ file: 'kubeadm', program: (version) => says('version --output short', `v${version}`) }],
  kubectl: [{ file: 'kubectl', program: () => says('', '') }],
  crictl: [{ file: 'crictl', program: () => says('', '') }],
  cilium: [
    { file: 'cilium', program: (version) => says('version --client', `cilium-cli: v${version} compiled`) },
  ],
  buildkit: [
    {
      file: 'bin/buildkitd',
      program: (version) => says('--version', `buildkitd github.com/moby/buildkit v${version} 0`),
    },
    { file: 'bin/buildctl', program: () => says('', '') },
  ],
};

interface Shipped {
  versions: Record<string, { sha256: Record<string, Record<string, string>> }>;
}

/** The shipped definitions with stubs for their downloads, which are served on loopback with matching checksums. */
export class Mirror {
  readonly definitions: Definitions;
  /** The requested paths, in order. */
  readonly requests: string[] = [];
  /** Served instead of the real content. */
  readonly tampered = new Map<string, string>();
  readonly #files = new Map<string, Buffer>();

  private constructor(
    private readonly folder: TemporaryFolder,
    private readonly server: Server,
  ) {
    this.definitions = new Definitions(join(folder.path, 'definitions'));
  }

  static async create(shipped: string): Promise<Mirror> {
    const folder = await temporaryFolder('mirror');
    const server = createServer((request, response) => {
      const path = request.url ?? '';
      mirror.requests.push(basename(path));
      const body = mirror.tampered.get(basename(path)) ?? mirror.#files.get(path);
      response.statusCode = body === undefined ? 404 : 200;
      response.end(body);
    });
    const mirror = new Mirror(folder, server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    await cp(shipped, join(folder.path, 'definitions'), { recursive: true });
    for (const name of ['containerd', 'kubernetes', 'cilium']) {
      await mirror.#fill(`taskservs/${name}`, (await mirror.definitions.taskserv(name)).downloads);
    }
    await mirror.#fill('clusters/buildkit', (await mirror.definitions.cluster('buildkit')).downloads);
    return mirror;
  }

  get base(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async remove(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    await this.folder.remove();
  }

  async #fill(
    folder: string,
    all: ReadonlyMap<string, readonly { name: string; architecture: string; url: string }[]>,
  ): Promise<void> {
    const path = join(this.folder.path, 'definitions', folder, 'definition.toml');
    const definition = parse(await readFile(path, 'utf8')) as unknown as Shipped;
    for (const [version, downloads] of all) {
      for (const { name, architecture, url } of downloads) {
        if (architecture !== ARCHITECTURE) continue;
        const file = await this.#make(name, version, url);
        this.#files.set(`/${url.replace(/^https:\/\//, '')}`, file);
        const sums = definition.versions[version]?.sha256[name];
        if (sums) sums[architecture] = createHash('sha256').update(file).digest('hex');
      }
    }
    await writeFile(path, stringify(definition));
  }

  async #make(name: string, version: string, url: string): Promise<Buffer> {
    const folder = join(this.folder.path, 'stubs', name, version);
    const stubs = STUBS[name] ?? [];
    for (const { file, program } of stubs) {
      const path = join(folder, file);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, program(version));
      await chmod(path, 0o755);
    }
    if (!/\.(tgz|tar\.gz)$/.test(url)) return readFile(join(folder, stubs[0]?.file ?? ''));
    const archive = join(folder, 'archive.tar.gz');
    await command('tar', ['-czf', archive, '-C', folder, ...stubs.map(({ file }) => file)]);
    return readFile(archive);
  }
}
