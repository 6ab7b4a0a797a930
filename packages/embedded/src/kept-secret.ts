import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';

/** The password kept in `file` (mode 0600), made at the first call. `fresh` says that this call made it. */
export async function keptSecret(file: string): Promise<{ secret: string; fresh: boolean }> {
  const kept = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  if (kept.trim() !== '') return { secret: kept.trim(), fresh: false };
  const secret = randomBytes(24).toString('base64url');
  // Renamed into place, so that a crash leaves no half-written password behind.
  await writeFile(`${file}.new`, `${secret}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
  return { secret, fresh: true };
}
