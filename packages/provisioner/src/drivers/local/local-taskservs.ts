import { DriverError, type ActContext, type Collection, type Sighting } from '../driver.js';
import { fullName, type DesiredTaskserv, type Taskserv } from '../resource.js';
import { explained } from './explain-file-error.js';
import { entriesOf } from './folders.js';
import { LocalFiles, makeOneFolder } from './local-files.js';
import { existsNow, type LocalInfras } from './local-infra.js';
import { taskservsIn } from './local-servers.js';

/** Task services are stored in the folder of their server and removed with it. */
export class LocalTaskservs extends LocalFiles<'taskserv'> implements Collection<'taskserv'> {
  readonly #infras: LocalInfras;

  constructor(infras: LocalInfras) {
    super('taskserv', infras, async (paths, { server, name, infra }) => {
      if (await makeOneFolder(paths.taskservs(server))) return;
      throw new DriverError(
        `Task service ${name} requires server ${server}, which does not exist in ${infra}. Create the server first.`,
        { permanent: true },
      );
    });
    this.#infras = infras;
  }

  list(infra: string, server?: string): Promise<Taskserv[]> {
    return explained(async () => {
      const paths = this.#infras.paths(infra);
      const servers = (await entriesOf(paths.servers))
        .filter((entry) => (server === undefined ? !entry.startsWith('.') : entry === server))
        .sort();
      const taskservs: Taskserv[] = [];
      for (const one of servers) taskservs.push(...(await taskservsIn(paths.taskservs(one))));
      return taskservs;
    });
  }

  /** Reads each folder once: few of the servers usually belong to this driver. */
  readAll(infra: string, names: readonly string[]): Promise<Sighting<'taskserv'>> {
    return explained(async () => {
      const paths = this.#infras.paths(infra);
      for (const name of names) paths.taskserv(name);
      const there = new Set(await entriesOf(paths.servers));
      const servers = new Set(
        names.map((name) => name.split('/')[0] ?? '').filter((name) => there.has(name)),
      );
      const installed = await Promise.all([...servers].map((server) => taskservsIn(paths.taskservs(server))));
      const found = installed.flat().filter((taskserv) => names.includes(fullName(taskserv)));
      return { found, silent: [] };
    });
  }

  override create(desired: DesiredTaskserv, context: ActContext) {
    return super.create({ ...desired, ...existsNow(context) }, context);
  }
}
