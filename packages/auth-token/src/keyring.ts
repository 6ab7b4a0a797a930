import { createHash, createSecretKey, type KeyObject } from 'node:crypto';
import { Failure } from '@provisioning/errors';

/** The minimum length of a secret, in bytes. */
export const MINIMUM_SECRET_BYTES = 32;

/** Published secrets, which are not secret any more. */
const KNOWN_SECRETS = [
  'your-256-bit-secret',
  'your-256-bit-secret-your-256-bit-secret',
  'secretsecretsecretsecretsecretsecret',
  'changemechangemechangemechangeme',
  'change-me-change-me-change-me-change-me',
  '00000000000000000000000000000000',
  '01234567890123456789012345678901',
];

/** The keys that tokens are signed and verified with. `accepted` is a Map: a plain object would answer `__proto__`. */
export interface Keyring {
  signing: { kid: string; key: KeyObject };
  accepted: ReadonlyMap<string, KeyObject>;
}

/**
 * @param secrets the first one signs, all of them verify, so that a secret can be rotated without signing anyone out.
 * @throws Failure `invalid` for a secret under 32 bytes or one from a list of published examples.
 */
export function createKeyring(secrets: readonly [string, ...string[]]): Keyring {
  const keys = secrets.map((secret) => {
    if (Buffer.byteLength(secret) < MINIMUM_SECRET_BYTES) {
      throw new Failure(
        'invalid',
        `The token secret must have at least ${MINIMUM_SECRET_BYTES} bytes, and has ${Buffer.byteLength(secret)}. Make one with: openssl rand -base64 48`,
      );
    }
    if (KNOWN_SECRETS.includes(secret.toLowerCase())) {
      throw new Failure(
        'invalid',
        'The token secret (JWT_SECRET or JWT_SECRET_PREVIOUS) must not be a published example. Make one with: openssl rand -base64 48',
      );
    }
    // jsonwebtoken converts a string to a KeyObject at every call, which costs more than the verification itself.
    return { kid: keyId(secret), key: createSecretKey(Buffer.from(secret)) };
  });
  return { signing: keys[0]!, accepted: new Map(keys.map(({ kid, key }) => [kid, key])) };
}

/** Identifies a secret without revealing it, so that both services agree on it without configuration. */
function keyId(secret: string): string {
  return createHash('sha256').update(`provisioning-kid:${secret}`).digest('hex').slice(0, 16);
}
