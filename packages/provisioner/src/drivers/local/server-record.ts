import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { DriverError, type Server } from '../driver.js';

/** The act that made the record what it is, for {@link Driver.recall}. */
export interface LastAct {
  idempotency_key: string;
  action: 'created' | 'changed' | 'destroyed';
  before: Server | null;
}

export interface ServerRecord {
  format: 1;
  server: Server;
  last_act: LastAct;
}

const FILE = 'server.json';

export async function writeServer(folder: string, server: Server, act: LastAct): Promise<void> {
  await writeRecord(join(folder, FILE), server, act);
}

export async function writeRecord(path: string, server: Server, last_act: LastAct): Promise<void> {
  const record: ServerRecord = { format: 1, server, last_act };
  await writeFileAtomic(path, `${JSON.stringify(record, null, 2)}\n`, { fsync: true });
}

/** The server kept in a folder, or null where there is none. @throws DriverError if its file is damaged */
export async function readServer(folder: string): Promise<ServerRecord | null> {
  return readRecord(join(folder, FILE));
}

export async function readRecord(path: string): Promise<ServerRecord | null> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    throw error;
  }
  const record = parse(text);
  if (record) return record;
  const [file, folder] = path.split(/[\\/]/).reverse();
  throw new DriverError(
    `The record ${folder}/${file} in the data directory is damaged: it was not written by this program. ` +
      `Repair it, or remove the folder ${folder} and create the server again.`,
  );
}

function parse(text: string): ServerRecord | null {
  try {
    const record = JSON.parse(text) as Partial<ServerRecord> | null;
    const complete =
      record?.format === 1 && typeof record.server?.id === 'string' && record.last_act !== undefined;
    return complete ? (record as ServerRecord) : null;
  } catch {
    return null;
  }
}
