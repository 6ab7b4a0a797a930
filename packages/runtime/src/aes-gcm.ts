import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
/** The nonce that NIST SP 800-38D recommends for AES-GCM. */
export const NONCE_BYTES = 12;
/** The length of the authentication tag, in bytes. */
export const TAG_BYTES = 16;

/** A text that was encrypted with AES-256-GCM. */
export interface Encrypted {
  /** {@link NONCE_BYTES} bytes, different for each text. */
  nonce: Uint8Array;
  ciphertext: Uint8Array;
  /** {@link TAG_BYTES} bytes that authenticate the ciphertext and its context. */
  tag: Uint8Array;
}

/**
 * Encrypts a text under a new random nonce.
 * @param key 32 bytes.
 * @param context is authenticated and not stored, for example the owner of the text: {@link decrypt} needs the same.
 */
export function encrypt(key: Uint8Array, text: string, context: Uint8Array): Encrypted {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(context);
  const ciphertext = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return { nonce, ciphertext, tag: cipher.getAuthTag() };
}

/**
 * Decrypts what {@link encrypt} returned.
 * @returns undefined if the key or the context differs, or if a part was changed or cut off
 */
export function decrypt(
  key: Uint8Array,
  { nonce, ciphertext, tag }: Encrypted,
  context: Uint8Array,
): string | undefined {
  try {
    const decipher = createDecipheriv(ALGORITHM, key, nonce, { authTagLength: TAG_BYTES })
      .setAAD(context)
      .setAuthTag(tag);
    return Buffer.concat([decipher.update(ciphertext), decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}
