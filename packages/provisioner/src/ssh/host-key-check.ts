import { DriverError } from '../drivers/driver.js';
import { fingerprint, keyIn, typeOf } from './fingerprint.js';
import { KnownHosts, type KnownKey } from './known-hosts.js';
import type { SshConfig } from './ssh-config.js';
import { shown, type SshTarget } from './ssh-target.js';

const ED25519 = 'ssh-ed25519';
const RSA = 'ssh-rsa';
// The algorithms with which a host may prove its key, best first.
const ALGORITHMS = [
  ED25519,
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
] as const;
type Algorithm = (typeof ALGORITHMS)[number];

/** Decides for one login whether the host is the expected one. */
export class HostKeyCheck {
  /** Why the host was refused. */
  refusal: DriverError | undefined;
  #learnt: Buffer | undefined;

  private constructor(
    private readonly target: SshTarget,
    private readonly knownHosts: KnownHosts,
    private readonly learns: boolean,
    private readonly known: readonly KnownKey[],
  ) {}

  /** @throws DriverError if the expected keys cannot be read */
  static async of(
    target: SshTarget,
    { knownHostsFile, learnHostKeys }: Pick<SshConfig, 'knownHostsFile' | 'learnHostKeys'>,
  ): Promise<HostKeyCheck> {
    const knownHosts = new KnownHosts(knownHostsFile);
    const known = target.hostKeys ? configuredKeys(target, target.hostKeys) : await knownHosts.keysOf(target);
    return new HostKeyCheck(target, knownHosts, learnHostKeys && !target.hostKeys, known);
  }

  /** The algorithms that are offered to the host: those of its known keys come first. */
  get algorithms(): Algorithm[] {
    const types = new Set(this.known.map(({ key }) => typeOf(key)));
    const isKnown = (algorithm: Algorithm) => types.has(algorithm.startsWith('rsa-') ? RSA : algorithm);
    return [...ALGORITHMS.filter(isKnown), ...ALGORITHMS.filter((algorithm) => !isKnown(algorithm))];
  }

  accepts(key: Buffer): boolean {
    const same = this.known.filter((one) => one.key.equals(key));
    const revoked = same.find((one) => one.revoked);
    const valid = this.known.filter((one) => !one.revoked);
    if (revoked) this.refusal = this.#revoked(key, revoked);
    else if (same.length > 0 || this.#learnt?.equals(key)) return true;
    else if (valid.length > 0) this.refusal = this.#changed(key, valid);
    else if (this.learns) this.#learnt = key;
    else this.refusal = this.#unknown(key);
    return this.refusal === undefined;
  }

  /** Called once the host has proved its key. @throws DriverError if another process stored another key meanwhile */
  async remember(): Promise<void> {
    const key = this.#learnt;
    if (!key) return;
    await this.knownHosts.add(this.target, key);
    const now = await this.knownHosts.keysOf(this.target);
    if (now[0]?.key.equals(key) === false) throw this.#changed(key, now.slice(0, 1));
  }

  #unknown(key: Buffer): DriverError {
    const line = this.knownHosts.lineFor(this.target, key);
    return this.#refused(
      `${this.#shows(key)}, which is not known. ${COMPARE}. If it is the same, ` +
        (this.target.hostKeys
          ? 'add it to the configured keys of this host.'
          : `add this line to ${this.knownHosts.path}: ${line}`),
    );
  }

  #changed(key: Buffer, expected: readonly KnownKey[]): DriverError {
    const others = expected.map((one) => `${typeOf(one.key)} ${fingerprint(one.key)}${this.#where(one)}`);
    return this.#refused(
      `${this.#shows(key)}, but should have ${others.join(' or ')}. The host was reinstalled, or the connection ` +
        `is intercepted. ${COMPARE}. Replace the old key only if it is the same.`,
    );
  }

  #revoked(key: Buffer, entry: KnownKey): DriverError {
    return this.#refused(
      `${this.#shows(key)}, which is revoked${this.#where(entry)}. Create a new host key on the host.`,
    );
  }

  #shows(key: Buffer): string {
    return `${shown(this.target)} shows the host key ${typeOf(key)} ${fingerprint(key)}`;
  }

  #where({ line }: KnownKey): string {
    return this.target.hostKeys ? '' : ` (${this.knownHosts.path}, line ${line})`;
  }

  #refused(message: string): DriverError {
    return new DriverError(`${message} Nothing was sent to it.`, { permanent: true });
  }
}

const COMPARE =
  'Compare it with what "ssh-keygen -l -f /etc/ssh/ssh_host_ed25519_key.pub" (or the file of that type) prints on the ' +
  "server's own console";

function configuredKeys(target: SshTarget, texts: readonly string[]): KnownKey[] {
  return texts.map((text) => {
    const key = keyIn(text);
    if (key) return { key, line: 0, revoked: false };
    throw new DriverError(
      `The host key that is set for ${shown(target)} is not valid. Write it as ssh-keyscan prints it, without the name of the ` +
        'host, e.g. "ssh-ed25519 AAAA…".',
      { permanent: true },
    );
  });
}
