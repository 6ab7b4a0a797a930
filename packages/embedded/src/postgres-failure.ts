import { statfs } from 'node:fs/promises';
import { EmbeddedError } from './embedded-error.js';

const ADVICE: [RegExp, string][] = [
  [/No space left on device|Disk quota exceeded/i, 'The disk is full. Free some space and start again.'],
  [
    /Read-only file system/i,
    'The data directory is on a read-only file system: set PROVISIONING_DATA_DIR to a folder that can be written.',
  ],
  [
    /Permission denied|Operation not permitted/i,
    'The user who starts it may not write there: give that folder to this user, or set PROVISIONING_DATA_DIR to another one.',
  ],
  [
    /database files are incompatible|initialized by PostgreSQL version/i,
    'The data was made by another version of Postgres: move the data directory away, or go back to that version.',
  ],
  [
    /could not create shared memory|Cannot allocate memory|out of memory/i,
    'The machine has too little free memory. Stop other programs and start again.',
  ],
  [
    /could not locate a valid checkpoint|invalid checkpoint record|PANIC/,
    'The files are damaged: restore them from a backup, or move the data directory away to start with an empty one.',
  ],
];
const FULL_BELOW_BYTES = 64 * 1024 * 1024;

/** Returns the error that says what Postgres did not do, with its last lines and advice. */
export async function postgresFailure(what: string, tail: string, folder: string): Promise<EmbeddedError> {
  const known = ADVICE.find(([pattern]) => pattern.test(tail))?.[1];
  const free = await statfs(folder).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => Infinity,
  );
  const advice =
    known ??
    (free < FULL_BELOW_BYTES ? ADVICE[0]?.[1] : 'Set DATABASE_URL to use your own Postgres instead.');
  const words = tail === '' ? ['(it said nothing)'] : tail.split('\n').slice(-12);
  return new EmbeddedError(
    [
      `The embedded Postgres ${what} (in ${folder}).`,
      'Its last lines:',
      ...words.map((line) => `  ${line}`),
      advice,
    ].join('\n'),
  );
}
