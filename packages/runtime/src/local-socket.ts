import { lstatSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Failure } from '@provisioning/errors';

/**
 * The path of a Unix socket by which processes of this user on this machine find each other. It is in the folder for
 * temporary files, because it has 107 bytes at most: fewer than the path of many a data directory.
 */
export function localSocketPath(name: string): string {
  return join(tmpdir(), `provisioning-${process.getuid?.() ?? 'user'}`, `${name}.sock`);
}

/**
 * Makes the folder of such a socket.
 * @throws Failure `unavailable` where another user owns it or may enter it: any user can make a folder there
 */
export function makeSocketFolder(socketPath: string): void {
  const path = dirname(socketPath);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const { uid, mode } = lstatSync(path);
  if (uid !== process.getuid?.() || (mode & 0o077) !== 0) {
    throw new Failure(
      'unavailable',
      `The folder ${path} belongs to another user or is open to others. Remove it, or set TMPDIR to another folder.`,
      { code: 'folder_unsafe' },
    );
  }
}

/** The socket on which the control center whose public port this is serves internal routes, unless INTERNAL_PORT is set. */
export function internalSocketPath(publicPort: number): string {
  return localSocketPath(`control-center-${publicPort}`);
}
