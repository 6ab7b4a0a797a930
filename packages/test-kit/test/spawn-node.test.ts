import { describe, expect, it } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { spawnNode } from '../src/index.js';

const talker = fileURLToPath(new URL('./fixtures/talker.mjs', import.meta.url));

describe('spawnNode', () => {
  it('shows output, messages and exit status', async () => {
    const child = spawnNode(talker, { env: { NAME: 'Ada' } });
    await expect(child.message('ready')).resolves.toEqual({ type: 'ready', url: 'http://127.0.0.1:1' });
    await child.prints(/hello Ada/);
    await expect(child.stop()).resolves.toEqual({ code: 0, signal: null });
  });

  it('kills a process that does not end on request', async () => {
    const child = spawnNode(talker, { env: { STUBBORN: '1' } });
    await child.message('ready');
    await expect(child.stop(100)).resolves.toEqual({ code: null, signal: 'SIGKILL' });
  });

  it('shows the output of a process that ended too early', async () => {
    const child = spawnNode(talker, { env: { NAME: 'Eve', DIE: '3' } });
    await expect(child.prints(/never printed/)).rejects.toThrow(/ended before[^]*hello Eve/);
    await expect(child.exited).resolves.toEqual({ code: 3, signal: null });
  });
});
