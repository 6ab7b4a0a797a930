import { createHash } from 'node:crypto';
import type { Region } from './region.js';

/** The key pair at EC2 that logs in to servers. Its name is derived from the key, so that all processes use the same. */
export class KeyPairs {
  readonly name: string;
  readonly #imported = new Map<Region, Promise<boolean>>();

  /** @param publicKey a line of `authorized_keys` */
  constructor(private readonly publicKey: string) {
    const [, base64 = ''] = publicKey.split(' ');
    const fingerprint = createHash('sha256').update(Buffer.from(base64, 'base64')).digest('hex');
    this.name = `provisioning-${fingerprint.slice(0, 32)}`;
  }

  /** Makes sure that the key pair exists in a region. */
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

  /** The key pair was deleted at EC2. */
  forget(region: Region): void {
    this.#imported.delete(region);
  }
}
