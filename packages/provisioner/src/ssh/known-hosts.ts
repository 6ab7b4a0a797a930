import { codeOf } from '@provisioning/errors';
import { createHmac } from 'node:crypto';
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DriverError } from '../drivers/driver.js';
import { keyIn, written } from './fingerprint.js';
import type { SshTarget } from './ssh-target.js';

/** A host's key in a known hosts file. */
export interface KnownKey {
  key: Buffer;
  line: number;
  /** Marked as `@revoked`: never accepted. */
  revoked: boolean;
}

const DEFAULT_PORT = 22;

/** The file in which OpenSSH stores the keys of hosts (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
export class KnownHosts {
  constructor(readonly path: string) {}

  /** The keys of one host, in order; empty if the file does not exist. */
  async keysOf(target: SshTarget): Promise<KnownKey[]> {
    const name = nameOf(target);
    const lines = (await this.#text()).split('\n');
    return lines.flatMap((line, index) => {
      const entry = parse(line);
      return entry && matches(entry.hosts, name)
        ? [{ key: entry.key, line: index + 1, revoked: entry.revoked }]
        : [];
    });
  }

  /** Adds one line for one key. The first line for a host is the valid one. */
  async add(target: SshTarget, key: Buffer): Promise<void> {
    try {
      await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
      const text = await this.#text();
      const start = text === '' || text.endsWith('\n') ? '' : '\n';
      await appendFile(this.path, `${start}${this.lineFor(target, key)}\n`, { mode: 0o600, flush: true });
    } catch (error) {
      if (error instanceof DriverError) throw error;
      throw this.#unusable('written', error);
    }
  }

  lineFor(target: SshTarget, key: Buffer): string {
    return `${nameOf(target)} ${written(key)}`;
  }

  async #text(): Promise<string> {
    try {
      return await readFile(this.path, 'utf8');
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return '';
      throw this.#unusable('read', error);
    }
  }

  #unusable(how: 'read' | 'written', error: unknown): DriverError {
    const code = codeOf(error);
    return new DriverError(
      `The known hosts file ${this.path} cannot be ${how} (${code}). Grant access, or name another with ` +
        'PROVISIONING_SSH_KNOWN_HOSTS.',
      { permanent: true, cause: error },
    );
  }
}

function nameOf({ host, port = DEFAULT_PORT, alias }: SshTarget): string {
  if (alias !== undefined) return alias.toLowerCase();
  const name = host.toLowerCase();
  return port === DEFAULT_PORT ? name : `[${name}]:${port}`;
}

function parse(line: string): { hosts: string; key: Buffer; revoked: boolean } | undefined {
  const fields = line.trim().split(/\s+/);
  const marker = fields[0]?.startsWith('@') ? fields.shift() : undefined;
  // Certificates are not supported: a host that has one also needs its key in the file.
  if (marker !== undefined && marker !== '@revoked') return undefined;
  const [hosts = '', ...rest] = fields;
  const key = hosts.startsWith('#') ? undefined : keyIn(rest.join(' '));
  return key && { hosts, key, revoked: marker !== undefined };
}

function matches(hosts: string, name: string): boolean {
  if (hosts.startsWith('|1|')) {
    const [, , salt = '', hash = ''] = hosts.split('|');
    return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash;
  }
  const patterns = hosts.toLowerCase().split(',');
  if (patterns.some((pattern) => pattern.startsWith('!') && fits(pattern.slice(1), name))) return false;
  return patterns.some((pattern) => fits(pattern, name));
}

// Only `*` and `?` are wildcards: `[` starts the name of a host with a port.
function fits(pattern: string, name: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${source}$`).test(name);
}
