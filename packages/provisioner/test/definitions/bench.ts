import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder, type TemporaryFolder } from '@provisioning/test-kit';
import { stringify } from 'smol-toml';
import { Definitions, installedClusters, installedTaskservs } from '../../src/definitions/index.js';
import type { DesiredCluster, DesiredTaskserv } from '../../src/drivers/resource.js';
import { withLog } from './logging-collection.js';
import { runBy } from './run-script.js';
import { serversNamed } from './servers.js';

const OPTIONS = { cache: '/nonexistent' };

// An installation is a file with the version in it; each act is a line in a log.
const SCRIPTS = (name: string) => ({
  check: `version=$(cat "$MACHINE/${name}" 2>/dev/null) || exit 1
version_wanted "$version" || exit 1
report_version "$version"`,
  install: `echo "install ${name} \${VERSION:-1.0}" >>"$MACHINE/log"
echo "\${VERSION:-1.0}" >"$MACHINE/${name}"`,
  remove: `echo "remove ${name}" >>"$MACHINE/log"
rm -f "$MACHINE/${name}"`,
});

/** Servers that are folders: scripts run in this machine's bash and write only there. */
export class Bench {
  readonly servers = serversNamed('one', 'two', 'three');
  readonly lines: string[] = [];
  readonly #definitions: Definitions;
  /** Receives every line that a script prints. */
  onLine: (line: string) => void = () => {};
  /** How a cancelled script is ended. */
  end: NodeJS.Signals = 'SIGTERM';

  private constructor(private readonly folder: TemporaryFolder) {
    this.#definitions = new Definitions(join(folder.path, 'definitions'));
  }

  static async create(): Promise<Bench> {
    const bench = new Bench(await temporaryFolder('definitions'));
    for (const { name } of bench.servers.all) await mkdir(join(bench.folder.path, name));
    return bench;
  }

  get taskservs() {
    return withLog(installedTaskservs(this.#run, this.servers, this.#definitions, OPTIONS), this.#log);
  }

  get clusters() {
    return withLog(installedClusters(this.#run, this.servers, this.#definitions, OPTIONS), this.#log);
  }

  remove(): Promise<void> {
    return this.folder.remove();
  }

  async define(
    name: string,
    more: Record<string, unknown> = {},
    scripts: Partial<ReturnType<typeof SCRIPTS>> = {},
  ): Promise<void> {
    const folder = join(this.folder.path, 'definitions/taskservs', name);
    await this.#put(folder, { name, description: `The ${name}.`, order: 50, ...more });
    await this.#scripts(folder, { ...SCRIPTS(name), ...scripts });
  }

  async defineCluster(
    name: string,
    steps: { name: string; on?: string }[],
    more: Record<string, unknown> = {},
  ) {
    const folder = join(this.folder.path, 'definitions/clusters', name);
    await this.#put(folder, { name, description: `The ${name}.`, steps, ...more });
    for (const step of steps) {
      await mkdir(join(folder, step.name), { recursive: true });
      await this.#scripts(join(folder, step.name), SCRIPTS(step.name));
    }
  }

  wanted(name: string, more: Partial<DesiredTaskserv> = {}): DesiredTaskserv {
    return { infra: 'i', server: 'one', name, provider: 'local', version: null, attributes: {}, ...more };
  }

  wantedCluster(name: string, servers: string[], more: Partial<DesiredCluster> = {}): DesiredCluster {
    return { infra: 'i', name, provider: 'local', version: null, servers, attributes: {}, ...more };
  }

  path(server: string, file: string): string {
    return join(this.folder.path, server, file);
  }

  read(server: string, file: string): Promise<string> {
    return readFile(this.path(server, file), 'utf8');
  }

  /** The acts on a server, in order. */
  async done(server = 'one'): Promise<string[]> {
    const text = await this.read(server, 'log').catch(() => '');
    return text.split('\n').filter((line) => line !== '');
  }

  readonly #log = (line: string) => {
    this.lines.push(line);
    this.onLine(line);
  };

  get #run() {
    return runBy((server) => {
      const machine = join(this.folder.path, server);
      return ['env', `MACHINE=${machine}`, `PROVISIONING_ROOT=${join(machine, 'root')}`, 'bash', '-s'];
    }, this.end);
  }

  async #put(folder: string, definition: Record<string, unknown>): Promise<void> {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'definition.toml'), stringify(definition));
  }

  async #scripts(folder: string, scripts: Record<string, string>): Promise<void> {
    for (const [phase, text] of Object.entries(scripts)) {
      await writeFile(join(folder, phase), `#!/usr/bin/env bash\n${text}\n`);
    }
  }
}
