import { createHash } from 'node:crypto';
import type { Region } from './region.js';

/** The key that logs in to servers, at EC2: of the same name for all who have it. */
export class KeyPairs {
  readonly name: string;
  readonly #imported = new Map<Region, Promise<boolean>>();

  /** @param publicKey as it stands in `authorized_keys` */
  constructor(private readonly publicKey: string) {
    const [, base64 = ''] = publicKey.split(' ');
    const fingerprint = createHash('sha256').update(Buffer.from(base64, 'base64')).digest('hex');
    this.name = `provisioning-${fingerprint.slice(0, 32)}`;
  }

  /** Returns when there is one in that region. */
  async in(region: Region): Promise<string> {
    const tags = [{ Key: 'Name', Value: 'Logs in to the servers of provisioning' }];
    const importing = this.#imported.get(region) ?? region.importKey(this.name, this.publicKey, tags);
    this.#imported.set(region, importing);
    try {
      await importing;
    } catch (error) {
      this.#imported.delete(region);
      throw error;
    }
    return this.name;
  }

  /** Somebody has taken it away. */
  forget(region: Region): void {
    this.#imported.delete(region);
  }
}
