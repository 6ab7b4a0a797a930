import { rowsOf } from '@provisioning/runtime';
import { chmodSync, copyFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { waitFor } from '@provisioning/test-kit';
import { commands, testPlatform, type TestPlatform } from '../support/platform.js';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await testPlatform();
});
afterAll(() => platform.stop());

/** The folder with the runs of the executors. */
function runFolders(): string {
  const found = readdirSync(platform.dataDir, { recursive: true, encoding: 'utf8' });
  return join(
    platform.dataDir,
    found.find((path) => path.endsWith('/runs'))!,
  );
}

it('a machine that cannot start commands requeues its tasks without an attempt, and runs them once it can', async () => {
  await platform.startWorker();
  expect(await platform.ended(await platform.submit('true'))).toMatchObject({ status: 'Completed' });
  const folders = runFolders();
  // As with a full disk: no folder can be created. A batch, since its operations must not run twice.
  renameSync(folders, `${folders}-away`);
  writeFileSync(folders, '');
  const id = await platform.submitBatch({
    rollbackEnabled: true,
    operations: [commands('a', 'true'), commands('b', 'true', { dependencies: ['a'] })],
  });
  const { a } = (await platform.batch(id)).operations;
  await waitFor(async () => (await platform.events(a!.taskId)).includes('requeued'));
  expect((await platform.batch(id)).batch.status).toBe('Running');
  rmSync(folders);
  renameSync(`${folders}-away`, folders);
  const { batch, operations } = await platform.batchEnded(id);
  expect(batch.status).toBe('Completed');
  expect(operations).toMatchObject({ a: { status: 'Completed' }, b: { status: 'Completed', attempt: 1 } });
});

it('a worker whose spawners cannot start is not ready, reports why, and claims nothing', async () => {
  // The Node.js executable is removed while the worker runs, as by a failed update.
  const node = join(platform.folder, 'node');
  copyFileSync(process.execPath, node);
  const worker = await platform.startWorker({ WORKER_SLOT: '1' }, node);
  const { url } = await worker.message<{ type: 'ready'; url: string }>('ready');
  const readiness = async () => {
    const response = await fetch(`${url}/readyz`);
    return { status: response.status, body: await response.text() };
  };
  expect((await readiness()).status).toBe(200);

  await platform.stopOthers(worker);
  renameSync(node, `${node}-away`);
  writeFileSync(node, '#!/bin/sh\necho "bad option: --of-another-version" >&2\nexit 9\n');
  chmodSync(node, 0o755);
  for (const pid of await platform.spawners()) process.kill(pid, 'SIGKILL');
  await waitFor(async () => (await readiness()).body.includes('bad option: --of-another-version'));
  expect((await readiness()).status).toBe(503);
  expect(worker.output()).toMatch(
    /"level":"error","message":"no command can be started: tasks wait".*bad option/,
  );
  await waitFor(async () => (await faults()).some((fault) => fault.includes('bad option')));

  const task = await platform.submit('true');
  const batch = await platform.submitBatch({ operations: [commands('a', 'true')] });
  // After several attempts to start spawners, nothing was claimed.
  const tries = () => worker.output().split('no command can be started').length;
  const before = tries();
  await waitFor(() => tries() >= before + 2);
  expect(await platform.find(task)).toMatchObject({ status: 'Ready', attempt: 0 });
  expect((await platform.batch(batch)).operations['a']).toMatchObject({ status: 'Ready', attempt: 0 });

  renameSync(`${node}-away`, node);
  expect(await platform.ended(task)).toMatchObject({ status: 'Completed', attempt: 1 });
  expect((await platform.batchEnded(batch)).operations['a']).toMatchObject({
    status: 'Completed',
    attempt: 1,
  });
  await waitFor(async () => (await readiness()).status === 200 && (await faults()).length === 0);
});

it('a worker whose driver host cannot start is not ready, reports why, and requeues nothing', async () => {
  const node = join(platform.folder, 'node-of-hosts');
  copyFileSync(process.execPath, node);
  const worker = await platform.startWorker({ WORKER_SLOT: '2' }, node);
  await platform.stopOthers(worker);
  const { url } = await worker.message<{ type: 'ready'; url: string }>('ready');
  const readiness = async () => (await fetch(`${url}/readyz`)).text();
  // Works like Node.js, except for driver hosts.
  renameSync(node, `${node}-whole`);
  const refusal = 'echo "bad option: --of-another-driver" >&2; exit 9';
  const script = `case "$*" in *driver-host.js*) ${refusal} ;; esac\nexec "${node}-whole" "$@"\n`;
  writeFileSync(node, `#!/bin/bash\n${script}`);
  chmodSync(node, 0o755);

  const operation = (id: string) => ({
    id,
    type: 'server_batch' as const,
    infra: `hosts-${id}`,
    provider: 'noop',
    dependencies: [],
    retries: 0,
    server_configs: [{ name: id, plan: '1xCPU-2GB', zone: 'de-fra1' }],
  });
  const id = await platform.submitBatch({ operations: [operation('a'), operation('b')] });
  await waitFor(async () => (await readiness()).includes('bad option: --of-another-driver'));
  await waitFor(async () => (await faults()).some((fault) => fault.includes('exited with status 9')));
  const tries = () => worker.output().split('no operation can be started').length;
  const before = tries();
  await waitFor(() => tries() >= before + 3);
  const waiting = Object.values((await platform.batch(id)).operations);
  expect(waiting.map(({ status }) => status)).toEqual(['Ready', 'Ready']);

  renameSync(`${node}-whole`, node);
  const { batch } = await platform.batchEnded(id);
  expect(batch).toMatchObject({ status: 'Completed', completed: 2 });
  const losses = await rowsOf(platform.database, 'select losses from tasks where batch_id = ?', [id]);
  expect(losses).toEqual([{ losses: 0 }, { losses: 0 }]);
  await waitFor(async () => (await readiness()).includes('"ready"') && (await faults()).length === 0);
});

/** The faults that running workers report. */
async function faults(): Promise<string[]> {
  const rows = await rowsOf<{ fault: string }>(
    platform.database,
    `select fault from workers where state = 'alive' and fault is not null`,
  );
  return rows.map(({ fault }) => fault);
}
