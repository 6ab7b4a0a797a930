import { Failure } from '@provisioning/errors';
import { access, constants, mkdir } from 'node:fs/promises';

/** Makes sure that the data directory is there and can be written. @throws Failure `invalid` with what to do. */
export async function createDataDir(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true });
    await access(dataDir, constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new Failure(
      'invalid',
      `The data directory ${dataDir} cannot be written (${(cause as NodeJS.ErrnoException).code ?? String(cause)}). ` +
        'Set PROVISIONING_DATA_DIR to a folder that can.',
      { cause },
    );
  }
}
