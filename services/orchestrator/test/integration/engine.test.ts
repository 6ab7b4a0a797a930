import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hasRedis, waitFor } from '@provisioning/test-kit';
import { testPlatform, type TestPlatform } from '../support/platform.js';

// Workers are woken in the same way with and without Redis; the other files run without it.
const kinds = [{ redis: hasRedis }];

describe.each(kinds)('a worker, with redis: $redis', ({ redis }) => {
  let platform: TestPlatform;

  beforeAll(async () => {
    platform = await testPlatform({ redis });
    await platform.startWorker();
  });
  afterAll(() => platform.stop());

  it('runs a task to its end and keeps its output', async () => {
    const id = await platform.submit('echo first; echo second >&2');
    expect(await platform.ended(id)).toMatchObject({
      status: 'Completed',
      output: 'first\nsecond\n',
      exitCode: 0,
      error: null,
    });
    expect(await platform.events(id)).toEqual(['submitted', 'started', 'finished']);
    const { tasks } = await platform.store.list({ statuses: undefined, limit: 1, offset: 0 });
    expect(tasks[0]).toMatchObject({ id, outputTail: 'first\nsecond\n' });
  });

  it('records why a task failed: the last line, or what the program reported', async () => {
    const plain = await platform.submit('echo about to fail; echo "disk is full"; exit 4');
    const reported = await platform.submit(
      `echo '{"type":"error","message":"production/config.ncl:3:5: a comma is missing"}' >> "$PROVISIONING_EVENTS"; exit 3`,
    );
    expect(await platform.ended(plain)).toMatchObject({
      status: 'Failed',
      exitCode: 4,
      error: 'The command exited with status 4: disk is full',
    });
    expect(await platform.ended(reported)).toMatchObject({
      status: 'Failed',
      exitCode: 3,
      error: 'production/config.ncl:3:5: a comma is missing',
    });
  });

  it('keeps every line, numbered without a gap, and finds them by a search', async () => {
    const id = await platform.submit('for i in $(seq 1 5000); do echo "line $i"; done; printf "no newline"');
    await platform.ended(id);
    const lines = await platform.store.logs(id, { after: 0, limit: 10_000, search: undefined });
    expect(lines.map(({ line }) => line)).toEqual(Array.from({ length: 5001 }, (_, index) => index + 1));
    expect(lines[4999]?.text).toBe('line 5000');
    expect(lines[5000]?.text).toBe('no newline');
    const found = await platform.store.logs(id, { after: 10, limit: 10, search: 'LINE 49' });
    expect(found.slice(0, 2).map(({ line }) => line)).toEqual([49, 490]);
  });

  it('keeps empty lines, and characters that Postgres cannot store', async () => {
    const id = await platform.submit(`echo; printf 'a\\0b\\n\\xff\\n'
      printf '%s\\n' '{"type":"result","message":"nul \\u0000 and half \\ud800","data":{"k\\u0000":"\\u0000"}}' >> "$PROVISIONING_EVENTS"
      printf '%s\\n' '{"type":"error","message":"nul \\u0000"}' >> "$PROVISIONING_EVENTS"; exit 9`);
    expect(await platform.ended(id)).toMatchObject({ status: 'Failed', error: 'nul \ufffd' });
    const lines = await platform.store.logs(id, { after: 0, limit: 10, search: undefined });
    expect(lines.map(({ line, text }) => [line, text])).toEqual([
      [1, ''],
      [2, 'a\ufffdb'],
      [3, '\ufffd'],
    ]);
    const empty = await platform.submit('echo');
    await platform.ended(empty);
    expect(await platform.store.logs(empty, { after: 0, limit: 10, search: undefined })).toHaveLength(1);
  });

  it('fails a task whose command cannot be started, with the reason', async () => {
    const id = await platform.submit('true', { args: ['--script', 'x'.repeat(200_000)] });
    expect(await platform.ended(id)).toMatchObject({ status: 'Failed', completedAt: expect.any(Date) });
  });

  it('keeps the beginning and the end of an output beyond a mebibyte, and says what it cut', async () => {
    const id = await platform.submit(
      'echo begin; head -c 3000000 /dev/zero | tr "\\0" "x" | fold -w 100; echo; echo end',
    );
    const { output } = await platform.ended(id);
    expect(output!.length).toBeLessThan(1_100_000);
    expect(output).toMatch(/^begin\n/);
    expect(output).toMatch(/end\n$/);
    expect(output).toMatch(/\[… \d+ bytes cut here/);
  });

  it('reports the progress while the command runs', async () => {
    const id = await platform.submit(`
      say() { echo "$1" >> "$PROVISIONING_EVENTS"; }
      say '{"type":"plan","steps":4}'
      say '{"type":"step","name":"Create server web-01","state":"started"}'
      say '{"type":"step","name":"Create server web-01","state":"completed"}'
      say '{"type":"step","name":"Create server web-02","state":"started"}'
      while [ ! -e "${platform.folder}/go-${redis}" ]; do sleep 0.1; done`);
    const progress = await waitFor(async () => {
      const found = (await platform.find(id)).progress;
      return found?.doneSteps === 1 ? found : undefined;
    });
    expect(progress).toEqual({ totalSteps: 4, doneSteps: 1, currentStep: 'Create server web-02' });
    await platform.store.cancel(id, 'tester');
    await platform.ended(id);
  });

  it('starts ready tasks without a wake-up', async () => {
    // Submitting a task that waits for its infra notifies no executor.
    await platform.database.raw(`select request_locks('{quiet}', gen_random_uuid(), 'task')`);
    const { rows } = (await platform.database.raw(
      `select task_id from submit_tasks(jsonb_build_array(jsonb_build_object(
         'id', gen_random_uuid(), 'kind', 'workflow', 'name', 'create_servers', 'infra', 'quiet', 'check_mode', false,
         'program', 'provisioning', 'verb', '["servers","create"]'::jsonb, 'args', '["--script","echo found"]'::jsonb,
         'max_attempts', 3, 'reconcilable', false, 'created_by', gen_random_uuid(), 'created_by_name', 'tester',
         'request_id', 'r')))`,
    )) as { rows: { task_id: string }[] };
    await platform
      .database('tasks')
      .where({ id: rows[0]!.task_id })
      .update({ status: 'Ready', ready_at: platform.database.fn.now() });
    expect(await platform.ended(rows[0]!.task_id)).toMatchObject({ status: 'Completed', output: 'found\n' });
  });

  it('runs workflows of one infra one after the other, in their order, and check mode beside them', async () => {
    const witness = join(platform.folder, `order-${redis}`);
    const open = join(platform.folder, `open-${redis}`);
    // None of them ends before the state of those behind it has been read.
    const script = (name: string) =>
      `echo "${name} starts" >> ${witness}; while [ ! -e ${open} ]; do sleep 0.1; done; echo "${name} ends" >> ${witness}`;
    const infra = `shared-${redis}`;
    const first = await platform.submit(script('first'), { infra });
    const second = await platform.submit(script('second'), { infra });
    const third = await platform.submit(script('third'), { infra });
    const check = await platform.submit('true', { infra, checkMode: true });
    expect((await platform.find(third)).waitingFor).toEqual({
      reason: 'lock',
      infra,
      place: 2,
      holder: { id: first, kind: 'task' },
    });
    await platform.ended(check);
    expect((await platform.find(second)).status).toBe('Waiting');
    writeFileSync(open, '');
    await platform.ended(third);
    expect(readFileSync(witness, 'utf8').trim().split('\n')).toEqual(
      ['first', 'second', 'third'].flatMap((name) => [`${name} starts`, `${name} ends`]),
    );
    expect(await platform.database('locks').where('infra', infra)).toEqual([]);
  });

  it('cancels waiting tasks at once and running ones with their processes, and passes the lock on', async () => {
    const infra = `cancel-${redis}`;
    const running = await platform.submit(`trap '' TERM; (setsid sleep 300 &) ; while :; do sleep 1; done`, {
      infra,
    });
    const waiting = await platform.submit('true', { infra });
    const next = await platform.submit('echo next', { infra });
    await platform.running(running);
    expect((await platform.store.cancel(waiting, 'ada')).outcome).toBe('cancelled');
    expect(await platform.find(waiting)).toMatchObject({
      status: 'Cancelled',
      error: 'Cancelled by ada before it ran.',
    });
    const { outcome } = await platform.store.cancel(running, 'ada');
    expect(outcome).toBe('requested');
    expect(await platform.ended(running)).toMatchObject({ status: 'Cancelled', signal: 'SIGKILL' });
    expect(await platform.ended(next)).toMatchObject({ status: 'Completed', output: 'next\n' });
    expect((await platform.store.cancel(running, 'ada')).outcome).toBe('ended');
  });

  it('runs no program but the configured one', async () => {
    const id = await platform.submit('true', { program: '/bin/true' });
    expect(await platform.ended(id)).toMatchObject({
      status: 'Failed',
      error: 'It could not be started: there is no program "/bin/true" on this worker',
    });
  });
});
