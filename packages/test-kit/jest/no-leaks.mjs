import { TestEnvironment as NodeEnvironment } from 'jest-environment-node';
import { setTimeout as sleep } from 'node:timers/promises';
import { childrenOf, signal } from './children.mjs';

// A worker of Jest, which has a channel to it, ends with it. In-band, this process is Jest itself.
if (process.connected) {
  await import('./end-with-parent.mjs');
  // Nothing is left to do. Without this, V8 frees the contexts of all test files first, which takes longer than the 500 ms
  // after which Jest kills the worker and warns of a leak.
  process.once('beforeExit', () => process.exit());
}

// Resources that keep a process running and that a test opened; timers alone do not fail a test file.
const LEAKS = /^(TCP|TLS|UDP|Pipe|Process|HTTP|MessagePort|Worker|StatWatcher|FSEvent)/;
// A kept-alive connection of fetch lasts for 5 s after its last use, and longer on a busy machine.
const GRACE_MS = 10_000;
// A platform ends its services and databases within this time.
const END_MS = 30_000;

/**
 * The Node environment. It sets the global variable `hasTestFailed` for hooks that describe a failure. It fails a test file
 * that leaves sockets, servers, child processes or pipes open, and ends the child processes: those of a `beforeAll` that
 * Jest has stopped waiting for, for example, would run beside the next files. It is an environment, not a hook: hooks of
 * set-up files run before those of the test file, which close things.
 */
export default class NoLeaksEnvironment extends NodeEnvironment {
  #before;
  #children;

  async setup() {
    await super.setup();
    // Jest's own resources, opened at their first use: where Jest has several workers, they are pipes.
    for (const stream of [process.stdout, process.stderr]) void stream.fd;
    this.#before = count();
    this.#children = new Set(childrenOf(process.pid));
  }

  async teardown() {
    await endAll(() => childrenOf(process.pid).filter((pid) => !this.#children?.has(pid)));
    await super.teardown();
  }

  async handleTestEvent(event, state) {
    if (event.name === 'test_start') this.global.hasTestFailed = false;
    if (event.name === 'test_fn_failure') this.global.hasTestFailed = true;
    if (event.name !== 'run_finish') return;
    const left = await leftAfterGrace(this.#before);
    if (left.length > 0) {
      state.unhandledErrors.push(
        new Error(
          `This file leaves open: ${left.join(', ')}. Close every server, connection and child process it opened.`,
        ),
      );
    }
  }
}

async function endAll(running) {
  for (const pid of running()) signal(pid, 'SIGTERM');
  for (const until = Date.now() + END_MS; running().length > 0 && Date.now() < until;) await sleep(25);
  for (const pid of running()) signal(pid, 'SIGKILL');
}

async function leftAfterGrace(before) {
  for (const until = Date.now() + GRACE_MS; ; await sleep(25)) {
    const left = [...count()].flatMap(([kind, now]) => {
      const more = now - (before.get(kind) ?? 0);
      return more > 0 ? [`${more} × ${kind}`] : [];
    });
    if (left.length === 0 || Date.now() >= until) return left;
  }
}

function count() {
  const counts = new Map();
  for (const kind of process.getActiveResourcesInfo()) {
    if (LEAKS.test(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}
