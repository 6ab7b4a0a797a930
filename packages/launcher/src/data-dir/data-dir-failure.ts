import { Failure } from '@provisioning/errors';
import { relative } from 'node:path';

const MAKE_ROOM =
  'Free some space and start again, or set PROVISIONING_DATA_DIR to a folder on another disk.';
const OTHER_FOLDER = 'Set PROVISIONING_DATA_DIR to a folder that can be written.';

/** By error codes of the system: why a file cannot be written, and what helps. */
const REASONS: Record<string, readonly [reason: string, advice: string]> = {
  ENOSPC: ['its disk is full', MAKE_ROOM],
  EDQUOT: ['the quota of its disk is used up', MAKE_ROOM],
  EROFS: ['its disk is read-only', OTHER_FOLDER],
  EACCES: ['permission is denied', OTHER_FOLDER],
  EPERM: ['permission is denied', OTHER_FOLDER],
  ENOTDIR: ['a part of its path is not a folder', OTHER_FOLDER],
  EEXIST: ['a file exists in place of a folder', OTHER_FOLDER],
  EIO: ['its disk reports an error', OTHER_FOLDER],
};

/** System calls on files; a port that is not allowed has the same error code as a file that is not. */
const ON_FILES = new Set([
  'access',
  'chmod',
  'close',
  'fsync',
  'link',
  'mkdir',
  'open',
  'rename',
  'unlink',
  'write',
]);

/**
 * Returns a `Failure` of kind `invalid` for an error on a file of the data directory, and any other error unchanged.
 * The error of a write has no path: the launcher writes nowhere else.
 */
export function asDataDirFailure(error: unknown, dataDir: string): unknown {
  if (typeof error !== 'object' || error === null) return error;
  // System errors have these members; on any other error they are undefined.
  // Safe cast: errors of the file system have these members; others have none.
  const { code = '', syscall = '', path } = error as NodeJS.ErrnoException;
  const [reason, advice] = REASONS[code] ?? [];
  if (reason === undefined || !ON_FILES.has(syscall)) return error;
  if (path !== undefined && relative(dataDir, path).startsWith('..')) return error;
  return new Failure(
    'invalid',
    `The data directory ${dataDir} cannot be written: ${reason} (${code}). ${advice}`,
    { cause: error },
  );
}
