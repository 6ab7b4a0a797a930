import { describe, expect, it } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { spawnNode } from '../src/index.js';

const jest = fileURLToPath(new URL('../../../node_modules/jest/bin/jest.js', import.meta.url));
const fixtures = fileURLToPath(new URL('./fixtures', import.meta.url));

describe('the environment that allows no leaks', () => {
  it('fails a file that leaves a server and a child process, and ends the child process', async () => {
    const { code, output } = await runLeaky({});
    expect(output).toMatch(/This file leaves open: .*1 × TCPServerWrap/);
    expect(output).toMatch(/This file leaves open: .*1 × ProcessWrap/);
    expect(code).toBe(1);
    const [, child] = /^child (\d+)$/m.exec(output) ?? [];
    expect(() => process.kill(Number(child), 0)).toThrow('ESRCH');
  });

  it('passes one that closes what it opened', async () => {
    const { code, output } = await runLeaky({ CLOSE_IT: '1' });
    expect(output).toContain('1 passed');
    expect(code).toBe(0);
  });
});

async function runLeaky(env: Record<string, string>): Promise<{ code: number | null; output: string }> {
  const config = {
    rootDir: fixtures,
    testMatch: ['**/leaky.mjs'],
    testEnvironment: fileURLToPath(new URL('../jest/no-leaks.mjs', import.meta.url)),
    transform: {},
  };
  // The child is Jest itself, with the switch that its ES modules need.
  const child = spawnNode(jest, {
    args: ['--config', JSON.stringify(config), '--runInBand', '--forceExit'],
    env: { ...env, NODE_OPTIONS: '--experimental-vm-modules', CI: undefined },
  });
  const { code } = await child.exited;
  return { code, output: child.output() };
}
