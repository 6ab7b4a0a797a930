import { createHash, hkdfSync } from 'node:crypto';
import { Failure } from '@provisioning/errors';
import { decrypt, encrypt, NONCE_BYTES, TAG_BYTES } from '@provisioning/runtime';
import type { SecretBox } from '../domain/mfa/secret-box.js';

const KEY_NAME_BYTES = 4;
const VERSION = 1;
const HEADER_BYTES = 1 + KEY_NAME_BYTES;
const TAG_START = HEADER_BYTES + NONCE_BYTES;
const TEXT_START = TAG_START + TAG_BYTES;

/**
 * Seals second factors with AES-256-GCM. The owner is authenticated too, so that a secret copied into the row of another
 * user does not open there. Layout: version, first bytes of the key's digest, nonce, tag, ciphertext.
 * @param secret MFA_ENCRYPTION_KEY.
 */
export function secretBox(secret: string): SecretBox {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'provisioning-mfa', 32));
  const keyName = createHash('sha256').update('provisioning-mfa-key:').update(key).digest();
  const header = Buffer.concat([Buffer.from([VERSION]), keyName.subarray(0, KEY_NAME_BYTES)]);
  const contextOf = (owner: string) => Buffer.concat([header, Buffer.from(owner)]);
  return {
    seal(text, owner) {
      const { nonce, tag, ciphertext } = encrypt(key, text, contextOf(owner));
      return Buffer.concat([header, nonce, tag, ciphertext]);
    },
    open(sealed, owner) {
      const bytes = Buffer.from(sealed);
      if (!bytes.subarray(0, HEADER_BYTES).equals(header)) throw unreadable();
      const text = decrypt(
        key,
        {
          nonce: bytes.subarray(HEADER_BYTES, TAG_START),
          tag: bytes.subarray(TAG_START, TEXT_START),
          ciphertext: bytes.subarray(TEXT_START),
        },
        contextOf(owner),
      );
      if (text === undefined) throw unreadable();
      return text;
    },
  };
}

/** The box where no key is configured: no user can set up a second factor. */
export const noSecretBox: SecretBox = {
  seal: () => {
    throw new Failure(
      'conflict',
      'Second factors are not available: MFA_ENCRYPTION_KEY is not configured. Ask the operators of the control center.',
      { code: 'mfa_not_configured' },
    );
  },
  open: () => {
    throw unreadable();
  },
};

function unreadable(): Failure {
  return new Failure(
    'unavailable',
    'Your second factor cannot be read: MFA_ENCRYPTION_KEY is not the key it was encrypted with. Use a recovery code, or ask an admin to reset it.',
    { code: 'mfa_key_changed' },
  );
}
