import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { waitFor } from '@provisioning/test-kit';
import { commands, testPlatform, type TestPlatform } from '../support/platform.js';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await testPlatform();
});
afterAll(() => platform.stop());

/** Where the executors have the folders of their runs. */
function runFolders(): string {
  const found = readdirSync(platform.dataDir, { recursive: true, encoding: 'utf8' });
  return join(
    platform.dataDir,
    found.find((path) => path.endsWith('/runs'))!,
  );
}

it('a machine that can start nothing gives work back, unharmed, and does it when it can', async () => {
  await platform.startWorker();
  expect(await platform.ended(await platform.submit('true'))).toMatchObject({ status: 'Completed' });
  const folders = runFolders();
  // As where the disk is full: no folder can be made. A batch, for its operations must not be run twice.
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
}, 60_000);
