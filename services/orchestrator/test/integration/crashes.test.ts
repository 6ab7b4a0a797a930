import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { waitFor } from '@provisioning/test-kit';
import { RUN_COOKIE } from '../../src/execution/command.js';
import { findByCookie, isAlive } from '../../src/execution/processes.js';
import { engineFunctions } from '../support/engine-functions.js';
import { commands, testPlatform, type TestPlatform } from '../support/platform.js';

let platform: TestPlatform;

beforeEach(async () => {
  platform = await testPlatform();
});
afterEach(() => platform.stop());

/** Writes to the witness file when it starts and ends, with the attempt. */
function witnessed(name: string, seconds: number): string {
  const file = join(platform.folder, name);
  return `echo "start $PROVISIONING_ATTEMPT" >> ${file}; sleep ${seconds}; echo "end $PROVISIONING_ATTEMPT" >> ${file}`;
}
const witness = (name: string) => readFileSync(join(platform.folder, name), 'utf8').trim().split('\n');
const started = (name: string) => waitFor(() => witness(name).length > 0);

describe('when processes die', () => {
  it('a worker killed -9 disturbs no command, and its successor takes over the executor', async () => {
    const worker = await platform.startWorker();
    const id = await platform.submit(witnessed('a', 3));
    await started('a');
    worker.kill('SIGKILL');
    await waitFor(() => !isAlive(worker.pid));
    await platform.startWorker();
    expect(await platform.ended(id)).toMatchObject({ status: 'Completed', attempt: 1 });
    expect(witness('a')).toEqual(['start 1', 'end 1']);
    expect(await platform.executors()).toHaveLength(1);
  });

  it('a worker that was frozen leaves its executor running when it continues', async () => {
    const worker = await platform.startWorker();
    const id = await platform.submit(witnessed('w', 16));
    await started('w');
    worker.kill('SIGSTOP');
    // Longer than the silence after which an executor is replaced. A longer sleep changes nothing.
    await sleep(12_000);
    worker.kill('SIGCONT');
    expect(await platform.ended(id)).toMatchObject({ status: 'Completed', attempt: 1 });
    expect(await platform.executors()).toHaveLength(1);
  });

  it('a second worker on the same slot takes over without disturbing a command; the first one ends', async () => {
    const first = await platform.startWorker();
    const id = await platform.submit(witnessed('s', 3));
    await started('s');
    await platform.startWorker();
    await waitFor(() => !isAlive(first.pid));
    expect(first.output()).toContain('another worker uses this slot');
    expect(await platform.ended(id)).toMatchObject({ status: 'Completed', attempt: 1 });
  });

  it('an executor killed -9 ends its commands; their tasks run again within seconds, never twice at once', async () => {
    await platform.startWorker();
    const id = await platform.submit(witnessed('b', 2));
    await started('b');
    const [executor] = await platform.executors();
    process.kill(executor!, 'SIGKILL');
    expect(await platform.ended(id)).toMatchObject({ status: 'Completed', attempt: 2 });
    expect(witness('b')).toEqual(['start 1', 'start 2', 'end 2']);
    expect(await platform.events(id)).toEqual(['submitted', 'started', 'requeued', 'started', 'finished']);
  });

  it('a frozen executor is replaced after its commands ended; when it continues, it changes nothing', async () => {
    await platform.startWorker();
    const id = await platform.submit(witnessed('c', 4));
    await started('c');
    const [executor] = await platform.executors();
    process.kill(executor!, 'SIGSTOP');
    expect(await platform.ended(id)).toMatchObject({ status: 'Completed', attempt: 2 });
    expect(witness('c')).toEqual(['start 1', 'start 2', 'end 2']);
  });

  it('an executor that continues before it is replaced requeues what its spawners have ended', async () => {
    await platform.startWorker();
    const id = await platform.submit(witnessed('g', 5));
    await started('g');
    const [executor] = await platform.executors();
    process.kill(executor!, 'SIGSTOP');
    // Longer than a spawner waits, shorter than the fence.
    await sleep(3_000);
    process.kill(executor!, 'SIGCONT');
    expect(await platform.ended(id)).toMatchObject({ status: 'Completed', attempt: 2 });
    expect(witness('g')).toEqual(['start 1', 'start 2', 'end 2']);
  });

  it('processes that a command leaves behind end with it, even without a watcher', async () => {
    const worker = await platform.startWorker();
    const id = await platform.submit(`setsid sleep 600 & ${witnessed('h', 1)}`);
    await started('h');
    const [executor] = await platform.executors();
    worker.kill('SIGSTOP');
    process.kill(executor!, 'SIGSTOP');
    try {
      await waitFor(() => findByCookie(RUN_COOKIE, `${id}-1`).length === 0);
      // It had ended before its spawner's time limit.
      expect(witness('h')).toEqual(['start 1', 'end 1']);
    } finally {
      worker.kill('SIGCONT');
      process.kill(executor!, 'SIGCONT');
    }
    await platform.ended(id);
  });

  it.each(['SIGKILL', 'SIGSTOP'] as const)(
    'a %s to the spawners: their commands run again, never twice at once',
    async (signal) => {
      await platform.startWorker();
      const id = await platform.submit(`setsid sleep 600 & ${witnessed('m', 4)}`);
      await started('m');
      const spawners = await platform.spawners();
      expect(spawners).toHaveLength(2);
      for (const pid of spawners) process.kill(pid, signal);
      expect(await platform.ended(id)).toMatchObject({ status: 'Completed', attempt: 2 });
      expect(witness('m')).toEqual(['start 1', 'start 2', 'end 2']);
      expect(findByCookie(RUN_COOKIE, `${id}-1`)).toEqual([]);
      expect(await platform.executors()).toHaveLength(1);
      await waitFor(async () => (await platform.spawners()).length === 2);
    },
  );

  it.each([0, 1])(
    'worker, executor and spawner %d killed together: the other spawner ends all commands',
    async (number) => {
      const worker = await platform.startWorker();
      const ids = await Promise.all(
        ['x', 'y'].map((name) => platform.submit(`setsid sleep 600 & ${witnessed(name, 60)}`)),
      );
      await started('x');
      await started('y');
      const [executor] = await platform.executors();
      const spawners = await platform.spawners();
      worker.kill('SIGKILL');
      process.kill(spawners[number]!, 'SIGKILL');
      process.kill(executor!, 'SIGKILL');
      await waitFor(() => ids.every((id) => findByCookie(RUN_COOKIE, `${id}-1`).length === 0));
      await waitFor(() => !isAlive(spawners[1 - number]!));
      expect([...witness('x'), ...witness('y')]).toEqual(['start 1', 'start 1']);
    },
  );

  it('worker and executor killed together, as with their host: the lease ends, another worker continues', async () => {
    const worker = await platform.startWorker();
    const id = await platform.submit(witnessed('d', 3));
    await started('d');
    const [executor] = await platform.executors();
    worker.kill('SIGKILL');
    process.kill(executor!, 'SIGKILL');
    // Another slot: only the lease shows that these two are dead.
    await platform.startWorker({ WORKER_SLOT: '1' });
    expect(await platform.ended(id)).toMatchObject({ status: 'Completed', attempt: 2 });
    expect(witness('d')).toEqual(['start 1', 'start 2', 'end 2']);
  });

  it('a command whose watchers are all frozen is ended by a worker of its machine before its successor begins', async () => {
    const worker = await platform.startWorker();
    const lock = join(platform.folder, 'frozen-lock');
    // The first attempt never ends on its own; a later one gets the lock only if no process of it is left.
    const script = `exec 9>>${lock}; flock -n 9 || echo overlaps >> ${join(platform.folder, 'frozen')}
      echo "start $PROVISIONING_ATTEMPT" >> ${join(platform.folder, 'frozen')}
      [ "$PROVISIONING_ATTEMPT" = 1 ] && sleep 600; true`;
    const id = await platform.submit(script);
    await started('frozen');
    const frozen = [...(await platform.spawners()), (await platform.executors())[0]!];
    worker.kill('SIGSTOP');
    for (const pid of frozen) process.kill(pid, 'SIGSTOP');
    try {
      await platform.startWorker({ WORKER_SLOT: '1' });
      expect(await platform.ended(id)).toMatchObject({ status: 'Completed', attempt: 2 });
      expect(witness('frozen')).toEqual(['start 1', 'start 2']);
      expect(findByCookie(RUN_COOKIE, `${id}-1`)).toEqual([]);
    } finally {
      worker.kill('SIGCONT');
      for (const pid of frozen) if (isAlive(pid)) process.kill(pid, 'SIGCONT');
    }
  });

  it('a running task is cancelled although its worker died with its host', async () => {
    const worker = await platform.startWorker();
    const id = await platform.submit(witnessed('k', 60), { infra: 'cancelled' });
    await started('k');
    const [executor] = await platform.executors();
    worker.kill('SIGKILL');
    process.kill(executor!, 'SIGKILL');
    expect((await platform.store.cancel(id, 'ada')).outcome).toBe('requested');
    await platform.startWorker({ WORKER_SLOT: '1' });
    expect(await platform.ended(id)).toMatchObject({
      status: 'Cancelled',
      error: expect.stringContaining('Cancelled. Its worker was lost'),
    });
    expect(witness('k')).toEqual(['start 1']);
    expect(await platform.database('locks')).toEqual([]);
  });

  it('a batch continues where its executor died, each operation once at a time, within its limit', async () => {
    await platform.startWorker();
    const operations = Array.from({ length: 6 }, (_, index) =>
      commands(`o${index}`, witnessed('b', 0.6), {
        retries: 2,
        dependencies: index > 2 ? [`o${index - 3}`] : [],
      }),
    );
    const id = await platform.submitBatch({ parallelLimit: 2, operations });
    await started('b');
    const [executor] = await platform.executors();
    process.kill(executor!, 'SIGKILL');
    const { batch } = await platform.batchEnded(id);
    expect(batch).toMatchObject({ status: 'Completed', completed: 6 });
    expect(witness('b').filter((line) => line.startsWith('end'))).toHaveLength(6);
  });

  it('a command that must not run twice is not repeated when its executor dies', async () => {
    await platform.startWorker();
    const id = await platform.submitBatch({
      operations: [commands('once', witnessed('once', 30), { retries: 0 })],
    });
    await started('once');
    const [executor] = await platform.executors();
    process.kill(executor!, 'SIGKILL');
    const { operations } = await platform.batchEnded(id);
    expect(operations['once']).toMatchObject({
      status: 'Failed',
      error: expect.stringContaining('It was lost while it ran and must not run twice.'),
    });
    expect(witness('once')).toEqual(['start 1']);
  });

  it('a task fails after the last attempt, with the reason, and releases the infra', async () => {
    await platform.startWorker();
    const id = await platform.submit(witnessed('e', 30), { maxAttempts: 1, infra: 'given-up' });
    await started('e');
    const [executor] = await platform.executors();
    process.kill(executor!, 'SIGKILL');
    expect(await platform.ended(id)).toMatchObject({
      status: 'Failed',
      error: expect.stringContaining('Given up after 1 lost attempt.'),
    });
    expect(await platform.database('locks')).toEqual([]);
  });

  it('a worker that is stopped claims nothing more and requeues running tasks without using up an attempt', async () => {
    const worker = await platform.startWorker({ DRAIN_SECONDS: '2' });
    const go = join(platform.folder, 'go');
    const script = `echo "start $PROVISIONING_ATTEMPT" >> ${join(platform.folder, 'f')}; until [ -e ${go} ]; do sleep 0.05; done`;
    const id = await platform.submit(script, { maxAttempts: 1 });
    await started('f');
    const stopped = worker.stop(15_000);
    await waitFor(async () => (await platform.database('workers').whereNotNull('draining_since')).length > 0);
    const late = await platform.submit('true');
    expect((await stopped).code).toBe(0);
    expect(await platform.find(id)).toMatchObject({ status: 'Ready' });
    expect(await platform.find(late)).toMatchObject({ status: 'Ready', attempt: 0 });
    writeFileSync(go, '');
    await platform.startWorker();
    expect(await platform.ended(id)).toMatchObject({ status: 'Completed' });
    expect(await platform.ended(late)).toMatchObject({ status: 'Completed', attempt: 1 });
    expect(witness('f')).toEqual(['start 1', 'start 2']);
  });
});

describe('late reports', () => {
  let engine: ReturnType<typeof engineFunctions>;
  beforeEach(() => {
    engine = engineFunctions(platform.database);
  });

  it('a result of an attempt that was reassigned is kept as evidence, not as state', async () => {
    const id = await platform.submit('true');
    const [old, young] = [await engine.register(), await engine.register()];
    const first = await engine.claim(id, old);
    await platform.database.raw(`select release_worker(?, 'lost', false, false)`, [old]);
    const second = await engine.claim(id, young);
    expect([first, second]).toEqual([1, 2]);
    expect(await engine.finish(id, 1, old, 'Failed')).toBe('fenced');
    expect(await engine.finish(id, 2, young, 'Completed')).toBe('done');
    expect(await engine.finish(id, 2, young, 'Completed')).toBe('duplicate');
    expect((await platform.find(id)).status).toBe('Completed');
    expect(await platform.events(id)).toContain('late_result');
  });

  it('a worker that was declared dead claims nothing and renews nothing', async () => {
    const id = await platform.submit('true');
    const dead = await engine.register();
    await platform.database.raw(`select release_worker(?, 'lost', false, false)`, [dead]);
    expect(await engine.claim(id, dead)).toBeUndefined();
    const { rows } = (await platform.database.raw(`select heartbeat(?, '12 s') as mine`, [dead])) as {
      rows: { mine: unknown }[];
    };
    expect(rows[0]?.mine).toBeNull();
  });
});
