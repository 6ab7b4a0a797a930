import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ExternalCheckpoints, SignedCheckpoint } from '../domain/audit/checkpoint.js';

/** One checkpoint, as GET /audit/heads returns it. */
function lineOf({ seq, hash, at, keyId, signature }: SignedCheckpoint): string {
  return `${JSON.stringify({ seq, hash, timestamp: at, key_id: keyId, signature })}\n`;
}

/** Checkpoints in a file, which belongs on another disk or machine than the database. */
export function checkpointFile(path: string): ExternalCheckpoints {
  return {
    append: async (checkpoints) => {
      await mkdir(dirname(path), { recursive: true });
      const file = await open(path, 'a', 0o600);
      try {
        // An empty line is harmless; a line cut off by a crash must not be joined with the next.
        await file.writeFile(`\n${checkpoints.map(lineOf).join('')}`);
        await file.sync();
      } finally {
        await file.close();
      }
    },
    read: async () => {
      const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return '';
        throw error;
      });
      return text.split('\n').flatMap(parsed);
    },
  };
}

/** A line that is not a checkpoint is ignored: it may have been cut off. */
function parsed(line: string): SignedCheckpoint[] {
  if (line.trim() === '') return [];
  try {
    // Safe cast: the members of a value that is no object are undefined, and each is checked.
    const value = JSON.parse(line) as Record<string, unknown> | null;
    const { seq, hash, timestamp: at, key_id: keyId, signature } = value ?? {};
    const isHead =
      Number.isSafeInteger(seq) && [hash, at, keyId, signature].every((member) => typeof member === 'string');
    // Safe cast: each member was checked.
    return isHead ? [{ seq, hash, at, keyId, signature } as SignedCheckpoint] : [];
  } catch {
    return [];
  }
}
