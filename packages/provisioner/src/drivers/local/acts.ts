import { codeOf } from '@provisioning/errors';
import { appendFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { KINDS, type Kind } from '../resource.js';
import { makeFolders, readTextIfAny } from './folders.js';
import type { InfraPaths } from './paths.js';

/**
 * Records which thing an act is about to change, so that its record can be found by the key without reading all records.
 * The outcome is in the record itself.
 */
export async function noteAct(
  paths: InfraPaths,
  idempotencyKey: string,
  kind: Kind,
  name: string,
): Promise<void> {
  const file = paths.acts(idempotencyKey);
  // Starts with a line break: a line that a power failure left incomplete does not damage this one.
  const line = `\n${kind} ${name}\n`;
  try {
    await appendFile(file, line);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    await makeFolders(dirname(file));
    await appendFile(file, line);
  }
}

/** The things that may have been changed under a key, each once, in the order of their first change. */
export async function touchedUnder(
  paths: InfraPaths,
  idempotencyKey: string,
): Promise<{ kind: Kind; name: string }[]> {
  const text = await readTextIfAny(paths.acts(idempotencyKey));
  const lines = new Set(text?.split('\n'));
  return [...lines].flatMap((line) => {
    const [word, name] = line.split(' ');
    const kind = KINDS.find((known) => known === word);
    return kind && name ? [{ kind, name }] : [];
  });
}
