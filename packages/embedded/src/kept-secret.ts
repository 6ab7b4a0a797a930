import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';

/**
 * Returns the password kept in `file` (mode 0600), which the first call creates. `fresh` means that this call created
 * it.
 */
export async function keptSecret(file: string): Promise<{ secret: string; fresh: boolean }> {
  const kept = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  if (kept.trim() !== '') return { secret: kept.trim(), fresh: false };
  const secret = randomBytes(24).toString('base64url');
  // Written to a draft and renamed, so that a crash leaves no partial password behind.
  await writeFile(`${file}.new`, `${secret}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
  return { secret, fresh: true };
}
