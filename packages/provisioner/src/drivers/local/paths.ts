import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { isName, NAME_RULE } from '../../names.js';
import { DriverError } from '../driver.js';

// Names of servers and infras never start with a dot, so these cannot collide with them.
const SCRATCH = /^\.(?:making|destroying)-(\d+)-/;

/** The files of the local driver, below `<dataDir>/local/<infra>/`. */
export class InfraPaths {
  readonly servers: string;
  readonly clusters: string;
  readonly #destroyed: string;
  readonly #acts: string;

  constructor(dataDir: string, infra: string) {
    const home = join(dataDir, 'local', checked(infra));
    this.servers = join(home, 'servers');
    this.clusters = join(home, 'clusters');
    this.#destroyed = join(home, 'destroyed');
    this.#acts = join(home, 'acts');
  }

  serverFolder(name: string): string {
    return join(this.servers, checked(name));
  }

  server(name: string): string {
    return join(this.serverFolder(name), 'server.json');
  }

  /** Below the server's folder, so that one rename removes both. */
  taskservs(server: string): string {
    return join(this.serverFolder(server), 'taskservs');
  }

  taskserv(name: string): string {
    const [server = '', taskserv = ''] = name.split('/');
    return join(this.taskservs(server), `${checked(taskserv)}.json`);
  }

  cluster(name: string): string {
    return join(this.clusters, `${checked(name)}.json`);
  }

  /** The thing of that full name that was destroyed last. */
  tombstone(kind: string, name: string): string {
    return join(this.#destroyed, kind, `${name.split('/').map(checked).join('/')}.json`);
  }

  /** The names that were changed under that key, one a line. */
  acts(idempotencyKey: string): string {
    // Keys are arbitrary texts: not all of them are valid file names.
    return join(this.#acts, createHash('sha256').update(idempotencyKey).digest('hex').slice(0, 32));
  }

  /** A scratch path that is unique to this act. It contains the process id, so that leftovers can be recognized. */
  scratch(act: 'making' | 'destroying'): string {
    return join(this.servers, `.${act}-${process.pid}-${randomUUID()}`);
  }
}

/** The id of the process that owns a scratch path, or undefined if it is not a scratch path. */
export function ownerOfScratch(entry: string): number | undefined {
  const id = SCRATCH.exec(entry)?.[1];
  return id === undefined ? undefined : Number(id);
}

/** Checks every name, so that no path leads out of the folder. */
function checked(name: string): string {
  if (isName(name)) return name;
  throw new DriverError(`The name ${JSON.stringify(name.slice(0, 80))} is refused: ${NAME_RULE}`, {
    permanent: true,
  });
}
