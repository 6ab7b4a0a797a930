import { Failure, isFailure, codeOf } from '@provisioning/errors';
import { access, chmod, constants, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { asDataDirFailure } from './data-dir-failure.js';
import { ignoreMissing } from './ignore-missing.js';

/** Folders in it that earlier releases made readable for every user of the machine. */
const PRIVATE = ['local', 'logs', 'run'];

/**
 * Makes sure that the data directory exists and is writable. Other users may pass through it to their own folders in it
 * (the embedded Postgres, running commands), and read nothing.
 * @throws Failure `invalid` with what to do
 */
export async function createDataDir(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o711 });
    await access(dataDir, constants.W_OK | constants.X_OK);
    await Promise.all(PRIVATE.map((name) => chmod(join(dataDir, name), 0o700).catch(ignoreMissing)));
  } catch (cause) {
    const known = asDataDirFailure(cause, dataDir);
    if (isFailure(known)) throw known;
    throw new Failure(
      'invalid',
      `The data directory ${dataDir} cannot be written (${codeOf(cause) ?? String(cause)}). ` +
        'Set PROVISIONING_DATA_DIR to a writable folder.',
      { cause },
    );
  }
}
