import { createHash } from 'node:crypto';

/** The SHA-256 fingerprint of a public key in its wire format, as `ssh-keygen -l` shows it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** The name of its type, with which every key starts. */
export function typeOf(key: Buffer): string {
  const length = key.length >= 4 ? key.readUInt32BE(0) : 0;
  return key.subarray(4, 4 + length).toString('latin1');
}

/** In the form of OpenSSH: `ssh-ed25519 AAAA…`. */
export function written(key: Buffer): string {
  return `${typeOf(key)} ${key.toString('base64')}`;
}

const WRITTEN = /^(\S+)\s+([A-Za-z0-9+/]+={0,2})(?:\s|$)/;

/** The key in a text of OpenSSH, with or without a comment; undefined if it is not valid. */
export function keyIn(text: string): Buffer | undefined {
  const [, type, base64 = ''] = WRITTEN.exec(text.trim()) ?? [];
  const key = Buffer.from(base64, 'base64');
  return type !== undefined && typeOf(key) === type ? key : undefined;
}
