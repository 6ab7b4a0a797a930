import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { waitFor } from '../src/index.js';

const script = new URL('../jest/end-with-parent.mjs', import.meta.url).href;

/** Whether such a process runs; one that has ended and waits to be reaped does not. */
function runs(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

it('a process that loads it ends with its parent, and ends its own children', async () => {
  // A child that starts a grandchild and prints both ids; its parent is ended by KILL, which it cannot pass on.
  const child = `
    await import(${JSON.stringify(script)});
    const { spawn } = await import('node:child_process');
    const { pid } = spawn('sleep', ['3600']);
    console.log(process.pid + ' ' + pid);`;
  const parent = spawn(
    process.execPath,
    [
      '--eval',
      `require('node:child_process').spawn(process.execPath, ['--input-type=module', '--eval', ${JSON.stringify(child)}], { stdio: 'inherit' })`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'], cwd: fileURLToPath(new URL('.', import.meta.url)) },
  );
  let output = '';
  parent.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await waitFor(() => /^\d+ \d+\n$/.test(output));
  const pids = output.trim().split(' ').map(Number);
  expect(pids.map(runs)).toEqual([true, true]);
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  await waitFor(() => !pids.some(runs), { what: 'the end of the processes below' });
});
