import { randomBytes } from 'node:crypto';
import { chownSync, linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, codeOf, messageOf } from '@provisioning/errors';

/**
 * A secret in the data directory (mode 0600), generated at its first use. Two processes that start at the same time agree
 * on one: the complete file is created by a link, which only the first of them can make.
 * @param make generates it; 48 random bytes in base64url by default
 * @returns the secret, and whether this call made it.
 */
export function generatedSecret(
  dataDir: string,
  name: string,
  make: () => string = () => randomBytes(48).toString('base64url'),
): { value: string; created: boolean } {
  const path = join(dataDir, name);
  try {
    // Other users may pass through to their own folders (the embedded Postgres, running commands), and see nothing.
    mkdirSync(dataDir, { recursive: true, mode: 0o711 });
    const existing = readIfThere(path);
    if (existing !== undefined) return { value: existing, created: false };
    const draft = `${path}.${process.pid}.${randomBytes(6).toString('hex')}`;
    const value = make();
    writeFileSync(draft, `${value}\n`, { mode: 0o600, flag: 'wx' });
    giveToOwnerOf(dataDir, draft);
    try {
      linkSync(draft, path);
      return { value, created: true };
    } catch (error) {
      const other = readIfThere(path);
      if (other === undefined) throw error;
      return { value: other, created: false };
    } finally {
      rmSync(draft, { force: true });
    }
  } catch (cause) {
    throw new Failure(
      'invalid',
      `The data directory ${dataDir} cannot hold the generated secret “${name}”: ${messageOf(cause)}. Set PROVISIONING_DATA_DIR to a folder that can be written.`,
      { code: 'configuration', cause },
    );
  }
}

/** A worker that runs as root shares the data directory with services that do not. */
function giveToOwnerOf(folder: string, file: string): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(folder);
  chownSync(file, uid, gid);
}

function readIfThere(path: string): string | undefined {
  try {
    const text = readFileSync(path, 'utf8').trim();
    return text === '' ? undefined : text;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
