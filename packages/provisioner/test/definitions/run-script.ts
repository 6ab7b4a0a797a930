import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { RunOnServer } from '../../src/definitions/index.js';

/**
 * Runs scripts with a program that reads bash from its standard input. @param argv the program for a server
 * @param end the signal that ends it and its processes
 */
export function runBy(argv: (server: string) => string[], end: NodeJS.Signals): RunOnServer {
  return async (server, { text, environment, timeoutSeconds }, { signal, log = () => {} }) => {
    signal?.throwIfAborted();
    const [program = 'bash', ...args] = argv(server.name);
    const child = spawn(program, args, {
      env: {
        PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        HOME: '/root',
        ...environment,
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let patience: NodeJS.Timeout | undefined;
    // As drivers do: a script that does not end on its own is ended.
    const stop = () => {
      child.kill(end);
      patience = setTimeout(() => child.kill('SIGKILL'), 5_000);
    };
    const timer = setTimeout(stop, timeoutSeconds * 1000);
    signal?.addEventListener('abort', stop);
    const lines = [child.stdout, child.stderr].map((stream) => {
      const reader = createInterface({ input: stream });
      reader.on('line', log);
      return new Promise((resolve) => reader.once('close', resolve));
    });
    child.stdin.on('error', () => {});
    child.stdin.end(text);
    try {
      const exitCode = await new Promise<number>((resolve, reject) => {
        child.once('error', reject);
        child.once('close', (code) => resolve(code ?? 255));
      });
      await Promise.all(lines);
      signal?.throwIfAborted();
      return { exitCode };
    } finally {
      clearTimeout(timer);
      clearTimeout(patience);
      signal?.removeEventListener('abort', stop);
    }
  };
}
