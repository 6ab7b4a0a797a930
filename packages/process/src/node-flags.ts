import { spawnSync } from 'node:child_process';

/** Whether this Node.js accepts a flag; flags that were not tried yet are absent. */
const accepted = new Map<string, boolean>();

/**
 * The flags that this Node.js accepts. V8 adds and removes flags between versions, and Node.js refuses to start with an
 * unknown one (status 9). Each flag is tried once per process, which takes about 5 ms.
 */
export function knownFlags(flags: readonly string[]): string[] {
  return flags.filter((flag) => {
    const known = accepted.get(flag);
    if (known !== undefined) return known;
    // Without NODE_OPTIONS: a wrong flag in there would be attributed to this one.
    const { status } = spawnSync(process.execPath, [flag, '--version'], { env: {}, stdio: 'ignore' });
    // Null if no process could be started: that says nothing about the flag, so it is tried again.
    if (status !== null) accepted.set(flag, status === 0);
    return status === 0;
  });
}
