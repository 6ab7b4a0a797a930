import { createHash } from 'node:crypto';

/** Returns the UUID (version 8, RFC 9562) of a text: the same text has the same UUID in every process. */
export function hashedId(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
