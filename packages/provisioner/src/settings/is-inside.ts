import { isAbsolute, relative, sep } from 'node:path';

/** Whether a path lies in a folder, at any depth. The folder does not lie in itself. Both must be real paths. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
