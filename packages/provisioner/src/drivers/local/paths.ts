import { randomUUID } from 'node:crypto';
import { join } from 'node:path';

// Names of servers and infras never begin with a dot, so these folders can be none of theirs.
const SCRATCH = /^\.(?:making|destroying)-(\d+)-/;

/** Where the local driver keeps what, below `<dataDir>/local/<infra>/`. */
export class InfraPaths {
  readonly servers: string;
  readonly destroyed: string;

  constructor(dataDir: string, infra: string) {
    const home = join(dataDir, 'local', infra);
    this.servers = join(home, 'servers');
    this.destroyed = join(home, 'destroyed');
  }

  server(name: string): string {
    return join(this.servers, name);
  }

  /** What was destroyed last under that name. */
  tombstone(name: string): string {
    return join(this.destroyed, `${name}.json`);
  }

  /** A folder that only this act knows; it holds the process's id so that leftovers can be told. */
  scratch(act: 'making' | 'destroying'): string {
    return join(this.servers, `.${act}-${process.pid}-${randomUUID()}`);
  }
}

/** The id of the process that owns a scratch folder, or undefined if it is none. */
export function ownerOfScratch(folder: string): number | undefined {
  const id = SCRATCH.exec(folder)?.[1];
  return id === undefined ? undefined : Number(id);
}
