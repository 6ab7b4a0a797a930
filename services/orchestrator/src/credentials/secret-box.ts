import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { Keyring } from '@provisioning/auth-token';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Secrets as they are stored: AES-256-GCM under a key of the token secret's. What was sealed under an earlier one can be
 * opened as long as that is accepted, and is sealed anew at the next start.
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

  /** @param owner what it belongs to: it opens for nothing else */
  seal(secret: string, owner: string): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#keys.get(this.#kid)!, nonce).setAAD(
      Buffer.from(owner),
    );
    const sealed = Buffer.concat([nonce, cipher.update(secret, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return `${this.#kid}.${sealed.toString('base64url')}`;
  }

  /** Undefined if it was sealed under a key that is accepted no more, or was changed. */
  open(text: string, owner: string): string | undefined {
    const [kid = '', sealed = ''] = text.split('.');
    const key = this.#keys.get(kid);
    if (!key) return undefined;
    const bytes = Buffer.from(sealed, 'base64url');
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(Buffer.from(owner)).setAuthTag(bytes.subarray(-TAG_BYTES));
      return (
        decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
      );
    } catch {
      return undefined;
    }
  }

  isCurrent(text: string): boolean {
    return text.startsWith(`${this.#kid}.`);
  }
}
