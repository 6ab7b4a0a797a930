import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { Writable } from 'node:stream';

/** Names the descriptor from which a process reads the rest of its environment. */
const DESCRIPTOR = 'PROVISIONING_ENVIRONMENT_FD';

/**
 * Variables that other processes of the user may read: those that the system and Node.js need before this code runs, and
 * the marks that identify the processes of a run (`/proc/<pid>/environ` shows the environment at the start of a process).
 */
const VISIBLE = new Set([
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'PWD', 'TMPDIR', 'HOSTNAME'],
  ...['LANG', 'LANGUAGE', 'TZ', 'TERM', 'COLORTERM', 'NO_COLOR', 'FORCE_COLOR', 'CI'],
  ...['NODE_ENV', 'NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR'],
  ...['NODE_CHANNEL_FD', 'NODE_CHANNEL_SERIALIZATION_MODE'],
  ...['PROVISIONING_RUN', 'PROVISIONING_WORKER', DESCRIPTOR],
]);

function isVisible(name: string): boolean {
  return VISIBLE.has(name) || name.startsWith('LC_');
}

/**
 * Splits the environment of a process that is about to be started.
 * @param descriptor of the child, from which it reads what is `hidden`: see {@link sendEnvironment}
 * @returns `visible`, to start it with, and `hidden`, the rest
 */
export function splitEnvironment(
  environment: NodeJS.ProcessEnv,
  descriptor: number,
): { visible: Record<string, string>; hidden: Record<string, string> } {
  const entries = Object.entries(environment).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return {
    visible: {
      ...Object.fromEntries(entries.filter(([name]) => isVisible(name))),
      [DESCRIPTOR]: String(descriptor),
    },
    hidden: Object.fromEntries(entries.filter(([name]) => !isVisible(name))),
  };
}

/** For programs of the system (`id`, `rm`, `redis-server`): only where they find other programs. */
export function toolEnvironment(): { PATH: string } {
  return { PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin' };
}

/** Sends the hidden part to a child that was started with the visible one, and ends the stream. */
export function sendEnvironment(stream: Writable, hidden: Record<string, string>): void {
  // A child that ended before it read the rest reports the reason with its status.
  stream.on('error', () => {});
  stream.end(JSON.stringify(hidden));
}

/**
 * Must be called first in a process: `process.env` is complete afterwards, and `/proc/<pid>/environ` shows only the system's
 * variables. The rest is read from the descriptor in PROVISIONING_ENVIRONMENT_FD. Variables that a person or a container
 * set at the start are erased in memory. Children still inherit `process.env`, so they must be given an explicit
 * environment.
 * @returns names of variables that other processes of the user can still read: none, unless the system does not let
 *   a process write into its own memory through /proc
 * @throws Error if the descriptor cannot be read
 */
export function takeEnvironment(): string[] {
  const left = concealEnvironment();
  const descriptor = process.env[DESCRIPTOR];
  Reflect.deleteProperty(process.env, DESCRIPTOR);
  if (descriptor !== undefined) Object.assign(process.env, receiveEnvironment(descriptor));
  return left;
}

function receiveEnvironment(descriptor: string): Record<string, string> {
  const fd = /^\d+$/.test(descriptor) ? Number(descriptor) : NaN;
  try {
    const text = readFileSync(fd, 'utf8');
    closeSync(fd);
    // Safe cast: the parent process wrote it from its own environment.
    return JSON.parse(text) as Record<string, string>;
  } catch (cause) {
    throw new Error(
      `${DESCRIPTOR} must be the number of a descriptor that gives variables as JSON, not "${descriptor}". ` +
        'The platform sets it for its own processes: remove it from your environment.',
      { cause },
    );
  }
}

/** One `NAME=value` of the block at the start of the process. */
interface Entry {
  name: string;
  /** In bytes, from the start of the block. */
  at: number;
  length: number;
}

function concealEnvironment(): string[] {
  const entries = hiddenEntries();
  if (entries.length === 0) return [];
  for (const { name } of entries) moveToHeap(name);
  try {
    erase(entries);
  } catch {
    // Variables that remain are returned below.
  }
  return hiddenEntries().map(({ name }) => name);
}

/** The system points to the block until a variable is set again. */
function moveToHeap(name: string): void {
  const value = process.env[name];
  Reflect.deleteProperty(process.env, name);
  if (value !== undefined) process.env[name] = value;
}

/** None on systems without /proc. */
function hiddenEntries(): Entry[] {
  const entries: Entry[] = [];
  let at = 0;
  for (const entry of initialBlock().split('\0')) {
    const name = Buffer.from(entry.slice(0, Math.max(entry.indexOf('='), 0)), 'latin1').toString('utf8');
    if (name !== '' && !isVisible(name)) entries.push({ name, at, length: entry.length });
    at += entry.length + 1;
  }
  return entries;
}

/** One character for each byte. */
function initialBlock(): string {
  try {
    return readFileSync('/proc/self/environ', 'latin1');
  } catch {
    return '';
  }
}

function erase(entries: readonly Entry[]): void {
  const start = startOfBlock();
  const memory = openSync('/proc/self/mem', 'r+');
  try {
    for (const { at, length } of entries) writeSync(memory, Buffer.alloc(length), 0, length, start + at);
  } finally {
    closeSync(memory);
  }
}

/** Its address: proc(5), field 50 of `stat`. The second field is a name in parentheses, which may contain anything. */
function startOfBlock(): number {
  const stat = readFileSync('/proc/self/stat', 'latin1');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[50 - 3]);
}
