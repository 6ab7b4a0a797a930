import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { isAbsolute, relative, sep } from 'node:path';
import { NickelError } from '../nickel-error.js';
import type { Span } from '../source.js';

const MAX_FILE_BYTES = 4 * 1024 * 1024;

/**
 * Reads a text file that really lies inside a folder, also through links.
 * @param root a real path
 * @param span what asked for it, for errors
 * @throws NickelError `import`: for what is missing, outside, no regular file, too large or not UTF-8
 */
export function readInside(
  root: string,
  path: string,
  span: Span | undefined,
): { path: string; text: string } {
  const refuse = (why: string) =>
    new NickelError('import', `The file ${JSON.stringify(relative(root, path))} ${why}.`, { span });
  let real: string;
  try {
    real = realpathSync(path);
  } catch {
    // Whether a file outside exists is not for the text to learn.
    throw refuse(isInside(root, path) ? 'does not exist' : 'is not allowed: it is outside the workspace');
  }
  if (!isInside(root, real)) throw refuse('is not allowed: it is outside the workspace');
  // NONBLOCK: opening a FIFO must not wait for a writer. NOFOLLOW: the last step must not become a link meanwhile.
  const fd = open(real, refuse);
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw refuse('is not a regular file');
    if (stats.size > MAX_FILE_BYTES) throw refuse(`is larger than ${MAX_FILE_BYTES / 1024 / 1024} MiB`);
    const bytes = Buffer.alloc(stats.size);
    const length = stats.size === 0 ? 0 : readSync(fd, bytes, 0, stats.size, 0);
    return { path: real, text: decode(bytes.subarray(0, length), refuse) };
  } finally {
    closeSync(fd);
  }
}

function open(path: string, refuse: (why: string) => NickelError): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  } catch (error) {
    throw refuse(`cannot be opened (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`);
  }
}

function decode(bytes: Uint8Array, refuse: (why: string) => NickelError): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw refuse('is not UTF-8 text');
  }
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
