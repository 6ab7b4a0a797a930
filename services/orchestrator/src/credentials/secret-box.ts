import { hkdfSync } from 'node:crypto';
import type { Keyring } from '@provisioning/auth-token';
import { decrypt, encrypt, NONCE_BYTES, TAG_BYTES } from '@provisioning/runtime';

/**
 * Secrets in their stored form: AES-256-GCM under a key derived from the token secret. A secret that was sealed under an
 * earlier key can be opened while that key is accepted, and is sealed again at the next start.
 */
export class SecretBox {
  readonly #keys: ReadonlyMap<string, Buffer>;
  readonly #kid: string;

  constructor({ signing, accepted }: Keyring, purpose: string) {
    this.#kid = signing.kid;
    this.#keys = new Map(
      [...accepted].map(([kid, key]) => [
        kid,
        Buffer.from(hkdfSync('sha256', key.export(), '', `provisioning:${purpose}`, 32)),
      ]),
    );
  }

  /** @param owner the record that the secret belongs to: it cannot be opened for another one */
  seal(secret: string, owner: string): string {
    const { nonce, ciphertext, tag } = encrypt(this.#keys.get(this.#kid)!, secret, Buffer.from(owner));
    const sealed = Buffer.concat([nonce, ciphertext, tag]);
    return `${this.#kid}.${sealed.toString('base64url')}`;
  }

  /** Undefined if it was sealed under a key that is no longer accepted, or was changed. */
  open(text: string, owner: string): string | undefined {
    const [kid = '', sealed = ''] = text.split('.');
    const key = this.#keys.get(kid);
    if (!key) return undefined;
    const bytes = Buffer.from(sealed, 'base64url');
    return decrypt(
      key,
      {
        nonce: bytes.subarray(0, NONCE_BYTES),
        ciphertext: bytes.subarray(NONCE_BYTES, -TAG_BYTES),
        tag: bytes.subarray(-TAG_BYTES),
      },
      Buffer.from(owner),
    );
  }

  isCurrent(text: string): boolean {
    return text.startsWith(`${this.#kid}.`);
  }
}
