import { spawnSync } from 'node:child_process';

/** A Python that has `requests`: the one on PATH, or the system's own, whose packages come from the distribution. */
export function pythonWithRequests(): string | undefined {
  return ['python3', '/usr/bin/python3'].find(
    (python) => spawnSync(python, ['-c', 'import requests'], { stdio: 'ignore' }).status === 0,
  );
}
