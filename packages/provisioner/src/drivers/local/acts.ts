import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { KINDS, type Kind } from '../resource.js';
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
  const line = `${kind} ${name}\n`;
  try {
    await appendFile(file, line);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await mkdir(dirname(file), { recursive: true });
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
  // Nothing follows the last line break but what a killed process did not finish, and then did not act upon.
  const lines = new Set(text.split('\n').slice(0, -1));
  return [...lines].flatMap((line) => {
    const [word, name] = line.split(' ');
    const kind = KINDS.find((known) => known === word);
    return kind && name ? [{ kind, name }] : [];
  });
}
