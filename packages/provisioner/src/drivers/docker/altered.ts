import { extract, pack } from 'tar-stream';
import type { Alterable } from './labels.js';

const FOLDER = 'var/lib/provisioning';
/** The file in a container that stores its changes. */
export const ALTERED_PATH = `/${FOLDER}/server.json`;

/** The values that changed since the container was made, and the time of the change. */
export interface Altered extends Alterable {
  changed_at: string;
}

/** An archive to be unpacked at `/`. */
export async function packed(altered: Altered): Promise<Buffer> {
  const archive = pack();
  const parts = FOLDER.split('/');
  for (let depth = 1; depth <= parts.length; depth++)
    archive.entry({ name: `${parts.slice(0, depth).join('/')}/`, type: 'directory', mode: 0o755 });
  archive.entry({ name: `${FOLDER}/server.json`, mode: 0o644 }, JSON.stringify(altered));
  archive.finalize();
  const chunks: Buffer[] = [];
  // Safe cast: the archive has no encoding, so its chunks are buffers.
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** @returns null if the archive does not have the file */
export async function unpacked(archive: AsyncIterable<Buffer>): Promise<Altered | null> {
  // One small file: it is read whole.
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk);
  const reading = extract();
  reading.end(Buffer.concat(chunks));
  let text = '';
  for await (const entry of reading) {
    for await (const chunk of entry) text += String(chunk);
  }
  try {
    // Safe cast: the members are checked below.
    const altered = JSON.parse(text) as Partial<Altered>;
    return typeof altered.plan === 'string' && typeof altered.changed_at === 'string'
      ? // Safe cast: each member was checked.
        (altered as Altered)
      : null;
  } catch {
    return null;
  }
}
