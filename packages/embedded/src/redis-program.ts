import { toolEnvironment } from '@provisioning/process';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Log } from './server-process.js';

const run = promisify(execFile);
const PROGRAMS = ['redis-server', 'valkey-server'];
/** BullMQ's minimum for all of its commands. */
const OLDEST: [number, number] = [6, 2];

/** Returns the first Redis-compatible server on PATH that is new enough; null where there is none. */
export async function redisProgram(log: Log): Promise<string | null> {
  for (const program of PROGRAMS) {
    const { stdout } = await run(program, ['--version'], { env: toolEnvironment() }).catch(() => ({
      stdout: '',
    }));
    const version = /\bv=(\d+)\.(\d+)/.exec(stdout);
    if (version === null) continue;
    const [major, minor] = [Number(version[1]), Number(version[2])];
    if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return program;
    log(`${program} ${major}.${minor} is not used: at least ${OLDEST.join('.')} is needed`);
  }
  return null;
}
