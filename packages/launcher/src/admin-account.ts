import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AdminAccount } from './banner.js';
import type { LauncherConfig } from './config.js';

/** Returns the generated password of the first admin until its file is removed; undefined when there is none. */
export async function generatedPassword({ dataDir }: LauncherConfig): Promise<string | undefined> {
  const text = await readFile(passwordFile(dataDir), 'utf8').catch(() => '');
  return text.trim() === '' ? undefined : text.trim();
}

/**
 * Returns how to sign in after the start.
 * @param before the generated password before the start: one that is new since then is shown.
 */
export async function adminAccount(
  config: LauncherConfig,
  before: string | undefined,
): Promise<AdminAccount> {
  const { username, password } = config.admin;
  const generated = await generatedPassword(config);
  if (generated !== undefined) {
    const fresh = before === undefined ? generated : undefined;
    return { username, fresh, where: `in ${passwordFile(config.dataDir)}` };
  }
  const where =
    password === undefined
      ? 'the one set when this data directory was first used'
      : 'the one of ADMIN_PASSWORD at the first start';
  return { username, fresh: undefined, where };
}

function passwordFile(dataDir: string): string {
  return join(dataDir, 'admin-password');
}
