import { createHash, hkdfSync, randomInt } from 'node:crypto';
import type { Keyring } from './keyring.js';

/** The prefix of every API token: programs that search for leaked secrets recognise it. */
export const API_TOKEN_PREFIX = 'prv_';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const RANDOM_LENGTH = 30;
const CHECKSUM_LENGTH = 6;
const FORM = new RegExp(
  `^${API_TOKEN_PREFIX}([0-9A-Za-z]{${RANDOM_LENGTH}})([0-9A-Za-z]{${CHECKSUM_LENGTH}})$`,
);

/**
 * `prv_`, 30 random characters (178 bits) and a checksum of 6, which reveals a mistyped or invented token without a
 * query.
 */
export function makeApiToken(): string {
  const random = Array.from({ length: RANDOM_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  return `${API_TOKEN_PREFIX}${random}${checksumOf(random)}`;
}

/**
 * Derives a token from a digest and the shared secret, so that a repeated request gets the same token although it is
 * not stored. Without the secret it cannot be predicted.
 */
export function deriveApiToken({ signing }: Keyring, digest: string): string {
  const bytes = Buffer.from(
    hkdfSync('sha256', signing.key.export(), '', `provisioning-api-token:${digest}`, 256),
  );
  // Only the bytes that keep every character equally likely.
  const usable = [...bytes].filter((byte) => byte < 256 - (256 % ALPHABET.length));
  const random = usable
    .slice(0, RANDOM_LENGTH)
    .map((byte) => ALPHABET[byte % ALPHABET.length])
    .join('');
  return `${API_TOKEN_PREFIX}${random}${checksumOf(random)}`;
}

/** Returns whether a bearer token is an API token: no JWT begins like one. */
export function isApiToken(text: string): boolean {
  return text.startsWith(API_TOKEN_PREFIX);
}

/** Returns whether the checksum of a token is right. */
export function isApiTokenIntact(text: string): boolean {
  const [, random, checksum] = FORM.exec(text) ?? [];
  return random !== undefined && checksum === checksumOf(random);
}

/**
 * Returns the form in which an API token is stored and looked up: SHA-256 in hex. Its 178 random bits need no slow
 * hash.
 */
export function hashApiToken(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function checksumOf(text: string): string {
  let rest = crc32(Buffer.from(text));
  let digits = '';
  for (let place = 0; place < CHECKSUM_LENGTH; place += 1) {
    digits = ALPHABET[rest % ALPHABET.length]! + digits;
    rest = Math.floor(rest / ALPHABET.length);
  }
  return digits;
}

/** CRC-32 as of zip and PNG (reflected, 0xEDB88320); zlib.crc32 came with Node.js 20.15. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
