import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { knownFlags } from '@provisioning/process';
import { SLOTS } from './task.js';

const HELPERS = 2;

/** The limit of Node.js without a store: two small processes that only spawn. */
export class SpawnHelpers {
  readonly #helpers = Array.from({ length: HELPERS }, () =>
    fork(fileURLToPath(new URL('./spawn-helper.js', import.meta.url)), [], {
      execArgv: knownFlags(['--max-semi-space-size=1']),
      env: { PATH: '/usr/local/bin:/usr/bin:/bin' },
    }),
  );

  /** @returns the milliseconds for that many commands */
  async run(count: number): Promise<number> {
    const start = performance.now();
    await Promise.all(this.#helpers.map((helper) => runIn(helper, count / HELPERS)));
    return performance.now() - start;
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.#helpers.map(async (helper) => {
        if (!helper.connected) return;
        const ended = once(helper, 'exit');
        helper.disconnect();
        await ended;
      }),
    );
  }
}

/** Runs as many commands concurrently as the helper has slots. */
function runIn(helper: ChildProcess, count: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let sent = 0;
    let ended = 0;
    const send = () => {
      if (sent < count) helper.send(sent++);
    };
    const hear = ({ error }: { error?: string }) => {
      if (error !== undefined) reject(new Error(`A helper could not run a command: ${error}`));
      send();
      if (++ended < count) return;
      helper.off('message', hear).off('exit', lost);
      resolve();
    };
    const lost = () => reject(new Error('A helper has ended.'));
    helper.on('message', hear).once('exit', lost);
    for (let slot = 0; slot < SLOTS / HELPERS; slot++) send();
  });
}
