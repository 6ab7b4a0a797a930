import { closeSync, constants, fstatSync, openSync, readSync, realpathSync } from 'node:fs';
import { isAbsolute, relative, sep } from 'node:path';
import { NickelError } from '../nickel-error.js';
import type { Span } from '../source.js';

const MAX_FILE_BYTES = 4 * 1024 * 1024;

type Refuse = (why: string) => NickelError;

/** @param span what asked for the file, for errors */
export function refusal(root: string, path: string, span: Span | undefined): Refuse {
  return (why) =>
    new NickelError('import', `The file ${JSON.stringify(relative(root, path))} ${why}.`, { span });
}

/**
 * The real path of a file that really lies inside a folder, also through links.
 * @param root a real path
 * @throws NickelError `import`: for what is missing or outside
 */
export function locateInside(root: string, path: string, refuse: Refuse): string {
  let real: string;
  try {
    // The system ends a path of more than 40 links; the resolver of Node.js follows any number, one by one.
    real = realpathSync.native(path);
  } catch {
    // Whether a file outside exists is not for the text to learn.
    throw refuse(isInside(root, path) ? 'does not exist' : 'is not allowed: it is outside the workspace');
  }
  if (!isInside(root, real)) throw refuse('is not allowed: it is outside the workspace');
  return real;
}

/**
 * Reads a text file.
 * @param real a path as {@link locateInside} gives it
 * @throws NickelError `import`: for what is no regular file, too large or not UTF-8
 */
export function readText(real: string, refuse: Refuse): string {
  // NONBLOCK: opening a FIFO must not wait for a writer. NOFOLLOW: the last step must not become a link meanwhile.
  const fd = open(real, refuse);
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw refuse('is not a regular file');
    if (stats.size > MAX_FILE_BYTES) throw refuse(`is larger than ${MAX_FILE_BYTES / 1024 / 1024} MiB`);
    const bytes = Buffer.alloc(stats.size);
    const length = stats.size === 0 ? 0 : readSync(fd, bytes, 0, stats.size, 0);
    return decode(bytes.subarray(0, length), refuse);
  } finally {
    closeSync(fd);
  }
}

function open(path: string, refuse: Refuse): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  } catch (error) {
    // Safe cast: errors of the file system have a code.
    throw refuse(`cannot be opened (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`);
  }
}

function decode(bytes: Uint8Array, refuse: Refuse): string {
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
