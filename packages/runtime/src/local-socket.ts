import { lstatSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Failure } from '@provisioning/errors';

/**
 * The path of a Unix socket that connects processes of this user on this machine. It is in the folder for temporary files,
 * because a path is limited to 107 bytes, which many data directories exceed.
 */
export function localSocketPath(name: string): string {
  return join(tmpdir(), `provisioning-${process.getuid?.() ?? 'user'}`, `${name}.sock`);
}

/**
 * Makes the folder of such a socket.
 * @throws Failure `unavailable` if another user owns it or can enter it, because any user can make a folder there
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

/** The socket of the control center's internal routes, by its public port, unless INTERNAL_PORT is set. */
export function internalSocketPath(publicPort: number): string {
  return localSocketPath(`control-center-${publicPort}`);
}
