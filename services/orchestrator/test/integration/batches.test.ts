import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hasRedis, waitFor } from '@provisioning/test-kit';
import { isAlive } from '../../src/execution/processes.js';
import {
  commands,
  SUBMITTER,
  testPlatform,
  type FoundBatch,
  type TestPlatform,
} from '../support/platform.js';

// Workers are woken in the same way with and without Redis; the other files run without it.
const kinds = [{ redis: hasRedis }];

describe.each(kinds)('a batch, with redis: $redis', ({ redis }) => {
  let platform: TestPlatform;
  let number = 0;

  beforeAll(async () => {
    platform = await testPlatform({ redis });
    await platform.startWorker();
  });
  afterAll(() => platform.stop());

  /** A file to which commands write when they start and end, in this order. */
  function witness() {
    const file = join(platform.folder, `witness-${redis}-${++number}`);
    return {
      says: (name: string, seconds = 0, status = 0) =>
        `echo "+${name}" >> ${file}; sleep ${seconds}; echo "-${name}" >> ${file}; exit ${status}`,
      lines: () => (existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []),
      path: file,
    };
  }
  const statuses = ({ operations }: FoundBatch) =>
    Object.fromEntries(Object.entries(operations).map(([id, { status }]) => [id, status]));

  it('runs a graph that is not a tree, each operation after all its dependencies', async () => {
    const { says, lines } = witness();
    const id = await platform.submitBatch({
      operations: [
        commands('d', says('d'), { dependencies: ['b', 'c'] }),
        commands('b', says('b', 0.3), { dependencies: ['a'] }),
        commands('c', says('c'), { dependencies: ['a'] }),
        commands('a', says('a')),
      ],
    });
    const ended = await platform.batchEnded(id);
    expect(ended.batch).toMatchObject({
      status: 'Completed',
      completed: 4,
      failed: 0,
      cancelled: 0,
      error: null,
    });
    const order = lines();
    for (const [before, after] of [
      ['-a', '+b'],
      ['-a', '+c'],
      ['-b', '+d'],
      ['-c', '+d'],
    ] as const)
      expect(order.indexOf(before)).toBeLessThan(order.indexOf(after));
    expect(await platform.database('locks')).toEqual([]);
  });

  it('never runs more operations at once than its limit', async () => {
    const { says, lines } = witness();
    const id = await platform.submitBatch({
      parallelLimit: 3,
      operations: Array.from({ length: 12 }, (_, index) => commands(`o${index}`, says(`o${index}`, 0.2))),
    });
    await platform.batchEnded(id);
    let running = 0;
    const most = lines().map((line) => (running += line.startsWith('+') ? 1 : -1));
    expect(Math.max(...most)).toBe(3);
    expect(lines()).toHaveLength(24);
  });

  it('runs the commands of an operation in order, with progress and results', async () => {
    const id = await platform.submitBatch({
      operations: [
        commands('steps', [
          'echo one',
          `echo '{"type":"result","message":"Made it"}' >> "$PROVISIONING_EVENTS"; echo two`,
        ]),
      ],
    });
    const { operations } = await platform.batchEnded(id);
    expect(operations['steps']).toMatchObject({
      status: 'Completed',
      totalSteps: 2,
      doneSteps: 2,
      outputTail: 'one\ntwo\n',
      data: { result: { message: 'Made it' } },
    });
  });

  it('stops an operation at the first of its commands that fails', async () => {
    const { says, lines } = witness();
    const id = await platform.submitBatch({
      operations: [commands('x', [says('first'), says('second', 0, 7), says('third')])],
    });
    const { batch, operations } = await platform.batchEnded(id);
    expect(operations['x']).toMatchObject({ status: 'Failed', totalSteps: 3, doneSteps: 1 });
    expect(batch).toMatchObject({
      status: 'Failed',
      error: expect.stringContaining('Operation "x" failed: The command exited with status 7'),
    });
    expect(lines()).toEqual(['+first', '-first', '+second', '-second']);
  });

  it('retries as often as allowed, and no more', async () => {
    const { path } = witness();
    const count = `echo x >> ${path}; test "$(wc -l < ${path})" -ge`;
    const id = await platform.submitBatch({ operations: [commands('third', `${count} 3`, { retries: 2 })] });
    const ended = await platform.batchEnded(id);
    expect(ended.operations['third']).toMatchObject({ status: 'Completed', attempt: 3, error: null });
    const { path: other } = witness();
    const never = await platform.submitBatch({
      operations: [commands('never', `echo x >> ${other}; exit 5`, { retries: 1 })],
    });
    expect((await platform.batchEnded(never)).operations['never']).toMatchObject({
      status: 'Failed',
      attempt: 2,
    });
    expect(readFileSync(other, 'utf8')).toBe('x\nx\n');
  });

  it('ends an operation that exceeds its timeout, with all its processes', async () => {
    const { path } = witness();
    const id = await platform.submitBatch({
      operations: [commands('slow', `(setsid sleep 300 & echo $! > ${path}); sleep 300`, { timeout: 1 })],
    });
    const { operations } = await platform.batchEnded(id);
    expect(operations['slow']).toMatchObject({
      status: 'Failed',
      error: expect.stringContaining('longer than its timeout of 1 s'),
    });
    expect(isAlive(Number(readFileSync(path, 'utf8')))).toBe(false);
  });

  it('cancels the dependents of a failure, and continues with the others', async () => {
    const { says, lines } = witness();
    const id = await platform.submitBatch({
      operations: [
        commands('bad', says('bad', 0, 1)),
        commands('child', says('child'), { dependencies: ['bad'] }),
        commands('grandchild', says('grandchild'), { dependencies: ['child', 'good'] }),
        commands('good', says('good', 0.5)),
        commands('after', says('after'), { dependencies: ['good'] }),
      ],
    });
    const ended = await platform.batchEnded(id);
    expect(statuses(ended)).toEqual({
      bad: 'Failed',
      child: 'Cancelled',
      grandchild: 'Cancelled',
      good: 'Completed',
      after: 'Completed',
    });
    expect(ended.batch).toMatchObject({ status: 'Failed', completed: 2, failed: 1, cancelled: 2 });
    expect(ended.operations['grandchild']?.error).toBe(
      'Not run: the operation "bad", on which it depends, failed.',
    );
    expect(lines()).toContain('-after');
  });

  it('with on_failure stop, starts nothing after a failure, and lets running operations end', async () => {
    const { says, lines } = witness();
    const id = await platform.submitBatch({
      onFailure: 'stop',
      parallelLimit: 2,
      operations: [
        commands('bad', says('bad', 0.3, 1)),
        commands('runs', says('runs', 1.5)),
        commands('next', says('next'), { dependencies: ['runs'] }),
        commands('other', says('other')),
      ],
    });
    const ended = await platform.batchEnded(id);
    expect(statuses(ended)).toEqual({
      bad: 'Failed',
      runs: 'Completed',
      next: 'Cancelled',
      other: 'Cancelled',
    });
    expect(ended.batch.status).toBe('Failed');
    expect(lines()).not.toContain('+other');
  });

  it('with rollback enabled, undoes what was completed in the reverse order of completion', async () => {
    const { says, lines } = witness();
    const id = await platform.submitBatch({
      rollbackEnabled: true,
      operations: [
        commands('one', says('one'), { undo_commands: [says('undo-one')] }),
        commands('two', says('two'), { dependencies: ['one'], undo_commands: [says('undo-two')] }),
        commands('stays', says('stays'), { dependencies: ['two'] }),
        commands('bad', says('bad', 0, 1), { dependencies: ['stays'] }),
      ],
    });
    const ended = await platform.batchEnded(id);
    expect(ended.batch.status).toBe('RolledBack');
    expect(ended.batch.error).toContain('Not undone: "stays" (it has no undo_commands)');
    expect(ended.batch.error).toMatch(/failed: The command exited with status 1\. Not undone:/);
    expect(lines().slice(-4)).toEqual(['+undo-two', '-undo-two', '+undo-one', '-undo-one']);
    expect(ended.operations['one']?.undo).toBe('Completed');
    expect(await platform.database('locks')).toEqual([]);
  });

  it('reports in full sentences that all of it was undone', async () => {
    const { says } = witness();
    const id = await platform.submitBatch({
      rollbackEnabled: true,
      operations: [
        commands('one', says('one'), { undo_commands: [says('undo-one')] }),
        commands('bad', 'exit 1', { dependencies: ['one'] }),
      ],
    });
    expect((await platform.batchEnded(id)).batch.error).toBe(
      'Operation "bad" failed: The command exited with status 1. What the batch had made was undone.',
    );
  });

  it('fails with what could not be undone, after it has undone the rest', async () => {
    const { says, lines } = witness();
    const id = await platform.submitBatch({
      rollbackEnabled: true,
      operations: [
        commands('one', says('one'), { undo_commands: [says('undo-one')] }),
        commands('two', says('two'), { dependencies: ['one'], undo_commands: ['echo broken; exit 9'] }),
        commands('bad', 'exit 1', { dependencies: ['two'] }),
      ],
    });
    const { batch } = await platform.batchEnded(id);
    expect(batch.status).toBe('Failed');
    expect(batch.error).toMatch(/Not undone: "two" \(The command exited with status 9: broken\)\./);
    expect(lines()).toContain('-undo-one');
  });

  it('is cancelled as a whole: waiting operations at once, running ones with all their processes', async () => {
    const { says, lines, path } = witness();
    const id = await platform.submitBatch({
      parallelLimit: 1,
      operations: [
        commands('runs', `echo "+runs" >> ${path}; trap '' TERM; sleep 300`),
        commands('waits', says('waits')),
        commands('depends', says('depends'), { dependencies: ['runs'] }),
      ],
    });
    await waitFor(() => lines().includes('+runs'));
    expect((await platform.batch(id)).operations['waits']?.waitingFor).toEqual({ reason: 'limit', place: 1 });
    expect((await platform.batch(id)).operations['depends']?.waitingFor).toEqual({
      reason: 'dependency',
      operations: ['runs'],
    });
    await platform.batches.cancel(id, 'ada');
    expect((await platform.batch(id)).batch).toMatchObject({ status: 'Running', completedAt: null });
    expect((await platform.batch(id)).operations['waits']).toMatchObject({
      status: 'Cancelled',
      error: 'Cancelled with its batch by ada.',
    });
    const ended = await platform.batchEnded(id);
    expect(ended.batch).toMatchObject({ status: 'Cancelled', cancelled: 3, error: 'Cancelled by ada.' });
    const { signals, left } = await evidence(ended.operations['runs']!.taskId);
    expect(signals.map(({ signal }) => signal)).toEqual(expect.arrayContaining(['SIGTERM', 'SIGKILL']));
    expect(left).toEqual([]);
    await expect(platform.batches.cancel(id, 'ada')).rejects.toThrow('has ended');
  });

  it('waits for the infra’s lock like a workflow, names its holder, and holds it to its end', async () => {
    const { says, lines } = witness();
    const infra = `locked-${redis}`;
    const task = await platform.submit(says('task', 1), { infra });
    const id = await platform.submitBatch({ operations: [commands('op', says('op', 0.5), { infra })] });
    const after = await platform.submit(says('after'), { infra });
    const { batch, operations } = await platform.batch(id);
    expect(batch.status).toBe('Pending');
    expect(operations['op']?.waitingFor).toEqual({
      reason: 'lock',
      infra,
      place: 1,
      holder: { id: task, kind: 'task' },
    });
    expect((await platform.find(after)).waitingFor).toMatchObject({ reason: 'lock', place: 2 });
    await platform.ended(after);
    expect(lines()).toEqual(['+task', '-task', '+op', '-op', '+after', '-after']);
  });

  it('locks several infras at once or none, without deadlocks with another batch', async () => {
    const [x, y] = [`x-${redis}`, `y-${redis}`];
    const ids = await Promise.all(
      Array.from({ length: 8 }, (_, index) => {
        const infras = index % 2 === 0 ? [x, y] : [y, x];
        return platform.submitBatch({
          operations: infras.map((infra, at) => commands(`o${at}`, 'sleep 0.1', { infra })),
        });
      }),
    );
    for (const id of ids) expect((await platform.batchEnded(id)).batch.status).toBe('Completed');
    expect(await platform.database('locks')).toEqual([]);
  });

  it('is cancelled while it waits for its infra, and leaves the queue', async () => {
    const infra = `line-${redis}`;
    const holder = await platform.submit('sleep 300', { infra });
    const id = await platform.submitBatch({ operations: [commands('op', 'true', { infra })] });
    await platform.batches.cancel(id, 'ada');
    expect((await platform.batch(id)).batch.status).toBe('Cancelled');
    await platform.running(holder);
    await platform.store.cancel(holder, 'ada');
    await platform.ended(holder);
    expect(await platform.database('locks').where({ infra })).toEqual([]);
  });

  it('resumes at the failure: keeps what is completed, runs the rest', async () => {
    const { says, lines, path } = witness();
    const first = await platform.submitBatch({
      operations: [
        commands('done', says('done')),
        commands('flaky', `test -e ${path}.ok`, { dependencies: ['done'] }),
        commands('last', says('last'), { dependencies: ['flaky'] }),
      ],
    });
    expect((await platform.batchEnded(first)).batch.status).toBe('Failed');
    const preview = await platform.batches.previewResume(first);
    expect(preview.operations).toEqual([
      { id: 'done', kept: true },
      { id: 'flaky', kept: false },
      { id: 'last', kept: false },
    ]);
    await platform.submit(`touch ${path}.ok`).then((id) => platform.ended(id));
    const resumed = await platform.batches.resume(first, SUBMITTER);
    const ended = await platform.batchEnded(resumed.batch.id);
    expect(ended.batch).toMatchObject({ status: 'Completed', resumeOf: first, completed: 3 });
    expect(ended.operations['done']).toMatchObject({ kept: true, attempt: 0 });
    expect(lines()).toEqual(['+done', '-done', '+last', '-last']);
    await expect(platform.batches.resume(resumed.batch.id, SUBMITTER)).rejects.toThrow('has completed');
  });

  it('answers a repeated request as the first time, and refuses another request under its key', async () => {
    const idempotency = { key: `k-${redis}`, principal: 'p', requestHash: 'h' };
    const request = {
      name: 'same',
      version: null,
      storageBackend: null,
      parallelLimit: 1,
      rollbackEnabled: false,
      onFailure: 'continue' as const,
      operations: [commands('op', 'true')],
    };
    const submit = (hash = 'h') =>
      platform.batches.execute(request, { ...SUBMITTER, idempotency: { ...idempotency, requestHash: hash } });
    const answers = await Promise.all([submit(), submit(), submit()]);
    expect(new Set(answers.map(({ batch }) => batch.id)).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    await expect(submit('other')).rejects.toThrow('Idempotency-Key');
  });

  it('keeps a snapshot of each of its transitions', async () => {
    const id = await platform.submitBatch({ operations: [commands('op', 'true')] });
    await platform.batchEnded(id);
    const rows = await platform
      .database<{ type: string; status: string; seq: number; batch_id: string; task_id: string | null }>(
        'events',
      )
      .where({ batch_id: id, task_id: null })
      .whereNot('type', 'progress')
      .orderBy('seq');
    expect(rows.map(({ type, status }) => `${type} ${status}`)).toEqual([
      'submitted Pending',
      'started Running',
      'finished Completed',
    ]);
  });

  it('runs a chain of 100 and a fan of 400', async () => {
    const chain = await platform.submitBatch({
      operations: Array.from({ length: 100 }, (_, index) =>
        commands(`c${index}`, 'true', { dependencies: index > 0 ? [`c${index - 1}`] : [] }),
      ),
    });
    const fan = await platform.submitBatch({
      parallelLimit: 100,
      operations: Array.from({ length: 400 }, (_, index) => commands(`f${index}`, 'true')),
    });
    expect((await platform.batchEnded(chain)).batch).toMatchObject({
      status: 'Completed',
      completed: 100,
    });
    expect((await platform.batchEnded(fan)).batch).toMatchObject({
      status: 'Completed',
      completed: 400,
    });
  });

  async function evidence(taskId: string) {
    const row = await platform
      .database<{ task_id: string; evidence: { signals: { signal: string }[]; left: number[] } }>(
        'task_results',
      )
      .where({ task_id: taskId })
      .first();
    return row!.evidence;
  }
});
