import { codeOf } from '@provisioning/errors';
import { DriverError } from '../driver.js';

const REASONS: Record<string, string> = {
  ENOSPC: 'is full. Free some space',
  EDQUOT: 'is over its quota. Free some space',
  EROFS: 'is read-only. Make it writable',
  EACCES: 'cannot be written by this user. Grant access',
  EPERM: 'cannot be written by this user. Grant access',
  ENOTDIR: 'must be a folder, but a part of its path is a file. Move the file',
  EEXIST: 'must be a folder, but a part of its path is a file. Move the file',
  EMFILE: 'cannot be read now: too many files are open. Try again',
};

/** Runs an act on the data directory and explains file system errors in words. @throws DriverError */
export async function explained<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    // An AbortError has a code as well, which is a number.
    const code: unknown = codeOf(error);
    if (error instanceof DriverError || typeof code !== 'string') throw error;
    const reason = REASONS[code] ?? 'cannot be used. Check its disk';
    throw new DriverError(
      `The data directory ${reason}, or name another with --data-dir or PROVISIONING_DATA_DIR (${code}).`,
      { cause: error },
    );
  }
}
