import { readTextIfAny } from './folders.js';
import writeFileAtomic from 'write-file-atomic';
import { DriverError } from '../driver.js';
import type { Change, Existing, Kind, Taskserv } from '../resource.js';

/** The act that brought the record into its present state, for {@link Driver.recall}. */
export interface LastAct<K extends Kind = Kind> {
  idempotency_key: string;
  action: Change['action'];
  before: Existing[K] | null;
  /** The task services that were destroyed with a server. */
  taskservs?: Taskserv[];
}

/** A thing as it is stored in a file. */
export interface LocalRecord<K extends Kind = Kind> {
  resource: Existing[K];
  last_act: LastAct<K>;
}

/** Writes a record durably; other processes see either the old or the new one. */
export async function writeRecord<K extends Kind>(
  path: string,
  kind: K,
  { resource, last_act }: LocalRecord<K>,
): Promise<void> {
  const text = JSON.stringify({ format: 1, [kind]: resource, last_act }, null, 2);
  await writeFileAtomic(path, `${text}\n`, { fsync: true });
}

/** The record in a file, or null if the file does not exist. @throws DriverError if it is damaged */
export async function readRecord<K extends Kind>(path: string, kind: K): Promise<LocalRecord<K> | null> {
  const text = await readTextIfAny(path);
  if (text === null) return null;
  const record = parse(text, kind);
  if (record) return record;
  const [file, folder] = path.split(/[\\/]/).reverse();
  throw new DriverError(
    `The record ${folder}/${file} in the data directory is damaged. ` +
      `Repair it, or remove ${kind === 'server' ? `the folder ${folder}` : 'it'} and create the ${kind} again.`,
    { permanent: true },
  );
}

function parse<K extends Kind>(text: string, kind: K): LocalRecord<K> | null {
  try {
    // Safe cast: the members are checked below.
    const written = JSON.parse(text) as Record<string, unknown> | null;
    // Safe cast: its id is checked below, and this driver wrote the record.
    const resource = written?.[kind] as Existing[K] | undefined;
    // Safe cast: its presence is checked below, and this driver wrote the record.
    const last_act = written?.['last_act'] as LastAct<K> | undefined;
    const complete = written?.['format'] === 1 && typeof resource?.id === 'string' && last_act !== undefined;
    return complete ? { resource, last_act } : null;
  } catch {
    return null;
  }
}
