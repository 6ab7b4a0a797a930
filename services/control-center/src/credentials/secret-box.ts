import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { Failure } from '@provisioning/errors';
import type { SecretBox } from '../domain/ports.js';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_NAME_BYTES = 4;
const VERSION = 1;
const HEAD_BYTES = 1 + KEY_NAME_BYTES;

/**
 * AES-256-GCM; the owner is authenticated too, so that one user's sealed secret is no good in another one's row.
 * Sealed: version, name of the key, nonce, tag, text.
 */
export function secretBox(secret: string): SecretBox {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'provisioning-mfa', 32));
  const keyName = createHash('sha256').update('provisioning-mfa-key:').update(key).digest();
  const head = Buffer.concat([Buffer.from([VERSION]), keyName.subarray(0, KEY_NAME_BYTES)]);
  return {
    seal(text, owner) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(Buffer.concat([head, Buffer.from(owner)]));
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([head, nonce, cipher.getAuthTag(), sealed]);
    },
    open(sealed, owner) {
      const bytes = Buffer.from(sealed);
      if (!bytes.subarray(0, HEAD_BYTES).equals(head)) throw unreadable();
      const nonce = bytes.subarray(HEAD_BYTES, HEAD_BYTES + NONCE_BYTES);
      const tag = bytes.subarray(HEAD_BYTES + NONCE_BYTES, HEAD_BYTES + NONCE_BYTES + TAG_BYTES);
      const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES })
        .setAAD(Buffer.concat([head, Buffer.from(owner)]))
        .setAuthTag(tag);
      try {
        const text = decipher.update(bytes.subarray(HEAD_BYTES + NONCE_BYTES + TAG_BYTES));
        return Buffer.concat([text, decipher.final()]).toString('utf8');
      } catch (cause) {
        throw unreadable(cause);
      }
    },
  };
}

/** Where no key is configured: nobody can set up a second factor, and nobody has one. */
export const noSecretBox: SecretBox = {
  seal: () => {
    throw new Failure(
      'conflict',
      'Second factors cannot be kept here: MFA_ENCRYPTION_KEY is not configured. Ask the operators of the control center.',
      { code: 'mfa_not_configured' },
    );
  },
  open: () => {
    throw unreadable();
  },
};

function unreadable(cause?: unknown): Failure {
  return new Failure(
    'unavailable',
    'Your second factor cannot be read: MFA_ENCRYPTION_KEY is not the one it was kept with. Use a recovery code, or ask an admin to reset it.',
    { code: 'mfa_key_changed', cause },
  );
}
