import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { Failure } from '@provisioning/errors';
import { generatedSecret } from '@provisioning/runtime';
import type { Configuration } from '../config.js';
import { ensureFirstAdmin, type FirstAdminNeeds } from '../domain/user/first-admin.js';

const PASSWORD_FILE = 'admin-password';

/**
 * Creates the administrator of a platform without users, with ADMIN_PASSWORD or a generated password, which is shown
 * once.
 * @param print gets the line with the generated password. The log would mask it, and is kept.
 */
export async function makeFirstAdmin(
  { config, secrets }: Configuration,
  needs: FirstAdminNeeds,
  print: (line: string) => void,
): Promise<void> {
  let generated: string | undefined;
  const password = () => {
    if (secrets.adminPassword !== undefined) return secrets.adminPassword;
    if (config.production) {
      throw new Failure(
        'invalid',
        'The configuration is wrong: ADMIN_PASSWORD is required: there are no users yet, and production does not generate the password of the first admin.',
        { code: 'configuration' },
      );
    }
    generated = generatedSecret(config.dataDir, PASSWORD_FILE, () =>
      randomBytes(18).toString('base64url'),
    ).value;
    return generated;
  };
  const made = await ensureFirstAdmin({ ...config.admin, password }, needs);
  if (made && generated !== undefined) {
    print(`admin password (generated, kept in ${join(config.dataDir, PASSWORD_FILE)}): ${generated}`);
  }
}
