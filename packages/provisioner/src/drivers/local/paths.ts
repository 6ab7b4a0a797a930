import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { isName, NAME_RULE } from '../../names.js';
import { DriverError } from '../driver.js';

// Names of servers and infras never begin with a dot, so these can be none of theirs.
const SCRATCH = /^\.(?:making|destroying)-(\d+)-/;

/** Where the local driver keeps what, below `<dataDir>/local/<infra>/`. */
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

  /** Below the server's folder: they go with it, by the same rename. */
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

  /** What was destroyed last under that full name. */
  tombstone(kind: string, name: string): string {
    return join(this.#destroyed, kind, `${name.split('/').map(checked).join('/')}.json`);
  }

  /** Names what was touched under that key, a line each. */
  acts(idempotencyKey: string): string {
    // Keys are anybody's texts: not all of them could be names of files.
    return join(this.#acts, createHash('sha256').update(idempotencyKey).digest('hex').slice(0, 32));
  }

  /** A place that only this act knows; it holds the process's id so that leftovers can be told. */
  scratch(act: 'making' | 'destroying'): string {
    return join(this.servers, `.${act}-${process.pid}-${randomUUID()}`);
  }
}

/** The id of the process that owns a scratch place, or undefined if it is none. */
export function ownerOfScratch(entry: string): number | undefined {
  const id = SCRATCH.exec(entry)?.[1];
  return id === undefined ? undefined : Number(id);
}

/** Whoever asks, no name leads anywhere else. */
function checked(name: string): string {
  if (isName(name)) return name;
  throw new DriverError(`The name ${JSON.stringify(name.slice(0, 80))} is refused: ${NAME_RULE}`, {
    permanent: true,
  });
}
