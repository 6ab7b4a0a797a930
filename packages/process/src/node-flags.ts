import { spawnSync } from 'node:child_process';

/** Whether the Node.js that runs us accepts a flag; what was not tried yet is absent. */
const accepted = new Map<string, boolean>();

/**
 * The flags among these that this Node.js accepts. V8 adds and removes flags between versions, and Node.js refuses to
 * start with one that it does not know (status 9): each is tried once per process, which takes some 5 ms.
 */
export function knownFlags(flags: readonly string[]): string[] {
  return flags.filter((flag) => {
    const known = accepted.get(flag);
    if (known !== undefined) return known;
    // No NODE_OPTIONS: a flag that is wrong there would be held against this one.
    const { status } = spawnSync(process.execPath, [flag, '--version'], { env: {}, stdio: 'ignore' });
    // Null where nothing could be started: that says nothing about the flag, so it is tried again.
    if (status !== null) accepted.set(flag, status === 0);
    return status === 0;
  });
}
