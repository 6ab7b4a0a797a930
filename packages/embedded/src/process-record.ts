import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { processStart } from './process-identity.js';

/** A process recorded in a file, so that it can be recognised after its parent was killed. */
export interface ProcessRecord {
  pid: number;
  start: string;
}

/** Records a running process in `file`; does nothing when it has already ended. */
export async function recordProcess(file: string, pid: number): Promise<void> {
  const start = await processStart(pid);
  if (start === null) return;
  const draft = `${file}.${process.pid}`;
  try {
    await writeFile(draft, JSON.stringify({ pid, start } satisfies ProcessRecord), { mode: 0o600 });
    await rename(draft, file);
  } catch (error) {
    // A full disk leaves a partial draft.
    await rm(draft, { force: true });
    throw error;
  }
}

/** Returns the process recorded in `file` if it is still running. */
export async function recordedProcess(file: string): Promise<ProcessRecord | null> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const record = parse(text);
  return record !== null && (await processStart(record.pid)) === record.start ? record : null;
}

/**
 * Ends the process recorded in `file` if it is still running: each signal in turn, `graceMs` apart, KILL at last.
 * Resolves to its id, or null if there was nothing to end; the record is removed afterwards.
 */
export async function endRecorded(
  file: string,
  signals: NodeJS.Signals[],
  graceMs: number,
): Promise<number | null> {
  const record = await recordedProcess(file);
  if (record !== null) {
    for (const signal of [...signals, 'SIGKILL' as const]) {
      send(record.pid, signal);
      if (await gone(record, graceMs)) break;
    }
  }
  await rm(file, { force: true });
  return record?.pid ?? null;
}

function parse(text: string): ProcessRecord | null {
  try {
    // Safe cast: both members are checked below.
    const value = JSON.parse(text) as Partial<ProcessRecord>;
    // Safe cast: both members were checked.
    return Number.isInteger(value.pid) && typeof value.start === 'string' ? (value as ProcessRecord) : null;
  } catch {
    return null;
  }
}

async function gone(record: ProcessRecord, withinMs: number): Promise<boolean> {
  for (const until = Date.now() + withinMs; Date.now() < until; await sleep(50)) {
    if ((await processStart(record.pid)) !== record.start) return true;
  }
  return false;
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // Safe cast: process.kill throws errors of the system.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
