import { appendFile, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { KINDS, type Kind } from '../resource.js';
import { makeFolders } from './folders.js';
import type { InfraPaths } from './paths.js';

/**
 * Notes, before an act, what it is about to touch. The records themselves say what became of it; this only makes them
 * findable by key without reading all there are.
 */
export async function noteAct(
  paths: InfraPaths,
  idempotencyKey: string,
  kind: Kind,
  name: string,
): Promise<void> {
  const file = paths.acts(idempotencyKey);
  // Begun anew: whatever a power cut has left of the line before does not spoil this one.
  const line = `\n${kind} ${name}\n`;
  try {
    await appendFile(file, line);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await makeFolders(dirname(file));
    await appendFile(file, line);
  }
}

/** What may have been touched under a key, each once, in the order in which it first was. */
export async function touchedUnder(
  paths: InfraPaths,
  idempotencyKey: string,
): Promise<{ kind: Kind; name: string }[]> {
  let text: string;
  try {
    text = await readFile(paths.acts(idempotencyKey), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  const lines = new Set(text.split('\n'));
  return [...lines].flatMap((line) => {
    const [word, name] = line.split(' ');
    const kind = KINDS.find((known) => known === word);
    return kind && name ? [{ kind, name }] : [];
  });
}
