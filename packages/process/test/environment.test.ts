import { spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { sendEnvironment, splitEnvironment } from '../src/environment.js';

const BUILT = new URL('../dist/index.js', import.meta.url).href;
/** Prints what it can use, and what other processes can read. */
const CHILD = `
  const { takeEnvironment } = await import('${BUILT}');
  const left = takeEnvironment();
  const { readFileSync } = await import('node:fs');
  const { execFileSync } = await import('node:child_process');
  const visible = readFileSync('/proc/self/environ', 'latin1').split('\\0').filter(Boolean);
  console.log(JSON.stringify({ left, visible, ...process.env, inherited: execFileSync('env', { encoding: 'utf8' }) }));
`;

/** Runs the child with this environment, and the rest through descriptor 3. */
async function child(environment: Record<string, string>, hidden?: Record<string, string>) {
  const node = spawn(process.execPath, ['--input-type=module', '--eval', CHILD], {
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit', ...(hidden ? ['pipe' as const] : [])],
  });
  // A pipe, by the `stdio` above.
  if (hidden) sendEnvironment(node.stdio[3] as Writable, hidden);
  return JSON.parse(await text(node.stdout!)) as Record<string, string> & {
    visible: string[];
    left: string[];
  };
}

const PATH = process.env['PATH'] ?? '';

describe('the environment that a process was started with', () => {
  it('is complete for the process and shows other processes only what the system needs', async () => {
    const secret = { JWT_SECRET: 'canary=1', DATABASE_URL: 'postgres://u:canary@db/x', ÜMLAUT: 'canary ü' };
    const found = await child({ ...secret, PATH, PROVISIONING_RUN: 'task-1' });
    expect(found).toMatchObject({ ...secret, PATH, PROVISIONING_RUN: 'task-1', left: [] });
    expect(found.visible).toEqual([`PATH=${PATH}`, 'PROVISIONING_RUN=task-1']);
    // The process may still give it to a child, which is why each is given an environment of its own.
    expect(found['inherited']).toContain('canary=1');
  });

  it('can be given in two parts, one of which no other process can read', async () => {
    const whole = { PATH, HOST: '127.0.0.1', JWT_SECRET: 'x'.repeat(100_000), NOT_SET: undefined };
    const { visible, hidden } = splitEnvironment(whole, 3);
    expect(visible).toEqual({ PATH, PROVISIONING_ENVIRONMENT_FD: '3' });
    const found = await child(visible, hidden);
    expect(found).toMatchObject({ PATH, HOST: '127.0.0.1', JWT_SECRET: whole.JWT_SECRET });
    expect(found['PROVISIONING_ENVIRONMENT_FD']).toBeUndefined();
    expect(found.visible).toEqual([`PATH=${PATH}`, 'PROVISIONING_ENVIRONMENT_FD=3']);
  });
});
