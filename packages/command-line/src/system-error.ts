const REASONS: Record<string, string> = {
  ENOSPC: 'no space is left',
  EDQUOT: 'the quota is used up',
  EFBIG: 'the file would be too large',
  EIO: 'the device reports an error',
  EBADF: 'it is closed',
  EACCES: 'permission is denied',
  EPERM: 'permission is denied',
  EROFS: 'the file system is read-only',
  ENOENT: 'it does not exist',
  ENOTDIR: 'a part of its path is not a folder',
  EISDIR: 'it is a folder',
};

/** Says in a sentence why `what` (a path, "The output") cannot be read or written, by the error code of the system. */
export function systemErrorSentence(what: string, act: 'read' | 'written', error: unknown): string {
  const code = codeOf(error);
  if (code === '') return `${what} can't be ${act}.`;
  const reason = REASONS[code];
  return reason === undefined
    ? `${what} can't be ${act} (${code}).`
    : `${what} can't be ${act}: ${reason} (${code}).`;
}

/** The error code of the system; empty if there is none. */
export function codeOf(error: unknown): string {
  // Safe cast: a value without a code yields undefined, and the type of the code is checked.
  const { code } = (error ?? {}) as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : '';
}
