import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from '@jest/globals';
import type { BatchRequest } from '@provisioning/contracts';
import { expectAccessible } from './support/console-page.js';
import { describeConsole } from './support/console-suite.js';

const LIMITS = { RATE_LIMIT_BATCH: '0' };

describeConsole('the infrastructure pages of the console', LIMITS, (suite) => {
  let checkpoint: string;

  /** Creates servers by a batch, and returns its id once it has ended. */
  async function create(infra: string, ...names: string[]): Promise<string> {
    const body: BatchRequest = {
      name: `create-${infra}`,
      operations: [
        {
          id: 'machines',
          type: 'server_batch',
          provider: 'local',
          infra,
          server_configs: names.map((name) => ({ name, plan: 'small', zone: 'a' })),
        },
      ],
    };
    const { batch_id } = await suite.admin.orchestrator.executeBatch({ body });
    const { status } = await suite.admin.waitForBatch(batch_id);
    expect(status).toBe('Completed');
    return batch_id;
  }

  const inventoryOf = async (infra: string) =>
    (await suite.admin.orchestrator.listInventory({ query: { infra } })).map(({ name }) => name);

  beforeAll(async () => {
    const { admin: client } = suite;
    checkpoint = await client.orchestrator.createCheckpoint({
      body: { name: 'before', infras: ['checkpointed'] },
    });
    await create('shown', 'web-1', 'web-2');
  });

  it('lists the inventory, filters it by the address, and shows a resource with its history', async () => {
    const page = await suite.visit('/console/tasks');
    await page.getByRole('link', { name: 'Inventory', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Inventory' }).waitFor();
    await page.getByRole('searchbox', { name: 'Infra' }).fill('nowhere');
    await page.getByText('No resource matches these filters.').waitFor();
    await page.waitForURL(/infra=nowhere/);
    await page.getByRole('link', { name: 'Clear filters' }).click();
    await page.getByRole('searchbox', { name: 'Infra' }).fill('shown');
    await page.waitForURL(/infra=shown/);
    await page.getByLabel('Kind').selectOption('server');
    await page.waitForURL(/kind=server/);
    await page.reload();
    await page.getByRole('link', { name: 'web-2' }).waitFor();
    expect(await page.getByRole('searchbox', { name: 'Infra' }).inputValue()).toBe('shown');
    await expectAccessible(page);
    await page.goBack();
    await page.goForward();
    await page.getByRole('link', { name: 'web-1' }).click();
    await page.getByRole('heading', { level: 1, name: 'web-1' }).waitFor();
    await page.getByRole('region', { name: 'Attributes' }).getByText('small').waitFor();
    const history = page.getByRole('region', { name: 'History of changes' });
    await history.getByRole('button', { name: 'create' }).click();
    await history.getByRole('rowheader', { name: 'zone' }).waitFor();
    await expectAccessible(page);
  });

  it('says that a resource does not exist', async () => {
    const page = await suite.visit('/console/inventory/shown/server/not-there');
    await page.getByText('There is no server not-there in shown now.').waitFor();
    await page.getByText('No change of it is recorded.').waitFor();
    suite.expectRefusals();
  });

  it('shows a server that was removed behind our back as missing', async () => {
    await create('drifts', 'lost', 'kept');
    await rm(join(suite.platform.dataDir, 'local/drifts/servers/lost'), { recursive: true });
    const page = await suite.visit('/console/drift?infra=drifts');
    await page.getByText('Nothing has been checked yet on this page.').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Check now' }).click();
    await page.getByRole('heading', { name: /^1 difference in 2 resources/ }).waitFor();
    const result = page.getByRole('region', { name: 'Result' });
    await result.getByRole('listitem').filter({ hasText: 'lost' }).locator('[data-status=missing]').waitFor();
    await expectAccessible(page);
  });

  it('creates a checkpoint, keeps the form when it is refused, shows it, and deletes it', async () => {
    const page = await suite.visit('/console/checkpoints');
    await page.getByRole('link', { name: 'before', exact: true }).waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Create checkpoint' }).click();
    const dialog = page.getByRole('dialog', { name: 'Create checkpoint' });
    await dialog.getByLabel('Name').fill('by hand');
    await dialog.getByLabel('Infras').fill('not/allowed');
    await dialog.getByRole('button', { name: 'Create checkpoint' }).click();
    await dialog.getByRole('alert').waitFor();
    // The refusal is reported by the browser as well.
    suite.expectRefusals();
    await expectAccessible(page);
    await dialog.getByLabel('Infras').fill('since');
    await dialog.getByRole('button', { name: 'Create checkpoint' }).click();
    await page.getByRole('heading', { level: 1, name: 'by hand' }).waitFor();
    await page.getByRole('link', { name: 'Roll back' }).waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Delete checkpoint' }).click();
    await page.getByRole('heading', { level: 1, name: 'Checkpoints' }).waitFor();
    await page.getByRole('link', { name: 'by hand' }).waitFor({ state: 'detached' });
  });

  it('rolls a batch back exactly as the preview shows, after the infra has been typed', async () => {
    const batch = await create('undone', 'first', 'second');
    const page = await suite.visit(`/console/batches/${batch}`);
    await page.getByRole('link', { name: 'Roll back' }).click();
    await page.getByText('2 to destroy').waitFor();
    expect(await inventoryOf('undone')).toHaveLength(2);
    const act = page.getByRole('button', { name: 'Undo 2 changes' });
    expect(await act.isDisabled()).toBe(true);
    await page.locator('summary', { hasText: 'first' }).click();
    await page.getByRole('rowheader', { name: 'plan' }).waitFor();
    await expectAccessible(page);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download the plan as JSON' }).click(),
    ]);
    const saved = JSON.parse(await readFile(await download.path(), 'utf8')) as { name: string }[];
    expect(saved.map(({ name }) => name)).toEqual(['first', 'second']);
    await page.getByLabel(/^Type undone/).fill('undone');
    await act.click();
    await page.getByRole('heading', { level: 1, name: 'Rollback of operations' }).waitFor();
    await page.getByText('1 of 1 operation ended').waitFor();
    await page.getByText('1 operation undone.').waitFor();
    await page.reload();
    await page.locator('[data-status=undone]').waitFor();
    await expectAccessible(page);
    expect(await inventoryOf('undone')).toEqual([]);
  });

  it('makes the preview again when something was changed in between, and acts on the new one only', async () => {
    const { admin: client } = suite;
    const before = await client.orchestrator.getRollbackStatistics();
    await create('checkpointed', 'early');
    const page = await suite.visit(`/console/rollback?checkpoint=${checkpoint}`);
    await page.getByText('1 to destroy').waitFor();
    await create('checkpointed', 'late');
    await page.getByLabel(/^Type checkpointed/).fill('checkpointed');
    await page.getByRole('button', { name: 'Undo 1 change' }).click();
    await page.getByText('2 to destroy').waitFor();
    await page.getByRole('alert').getByText('Something has changed since the preview.').waitFor();
    const act = page.getByRole('button', { name: 'Undo 2 changes' });
    expect(await act.isDisabled()).toBe(true);
    expect(await inventoryOf('checkpointed')).toHaveLength(2);
    await page.getByLabel(/^Type checkpointed/).fill('checkpointed');
    await act.click();
    await page.getByText('2 operations undone.').waitFor();
    expect(await inventoryOf('checkpointed')).toEqual([]);
    const after = await client.orchestrator.getRollbackStatistics();
    expect(after.total_rollbacks - before.total_rollbacks).toBe(1);
  });

  it('blocks the rollback of a change that a later one stands on', async () => {
    const { admin: client } = suite;
    const first = await create('blocked', 'web-1');
    const resize: BatchRequest = {
      name: 'resize',
      operations: [
        {
          id: 'resize',
          type: 'server_batch',
          provider: 'local',
          infra: 'blocked',
          server_configs: [{ name: 'web-1', plan: 'large', zone: 'a' }],
        },
      ],
    };
    const { batch_id } = await client.orchestrator.executeBatch({ body: resize });
    await client.waitForBatch(batch_id);
    const page = await suite.visit(`/console/journal?batch=${first}`);
    await page.getByRole('checkbox', { name: /create server web-1$/ }).check();
    await expectAccessible(page);
    await page.getByRole('link', { name: 'Roll back 1 operation' }).click();
    await page.getByRole('region', { name: 'In the way: 1 obstacle' }).waitFor();
    expect(await page.getByRole('button', { name: /^Undo/ }).isDisabled()).toBe(true);
    await expectAccessible(page);
  });

  it('restores a checkpoint from what the providers have', async () => {
    const { admin: client } = suite;
    await create('restored', 'web-1');
    const id = await client.orchestrator.createCheckpoint({ body: { name: 'whole', infras: ['restored'] } });
    await rm(join(suite.platform.dataDir, 'local/restored/servers/web-1'), { recursive: true });
    const page = await suite.visit(`/console/checkpoints/${id}`);
    await page.getByText('The inventory is what it was at the checkpoint.').waitFor();
    await page.getByRole('link', { name: 'Restore' }).click();
    await page.getByText('1 to create').waitFor();
    await page.getByRole('button', { name: 'Make 1 change' }).click();
    await page.getByRole('heading', { level: 1, name: 'Restore' }).waitFor();
    await page.getByText('1 operation undone.').waitFor();
    const { in_sync } = await client.orchestrator.getDrift({ query: { infra: 'restored' } });
    expect(in_sync).toBe(true);
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Rollbacks' }).click();
    await page.getByRole('heading', { level: 1, name: 'Rollbacks' }).waitFor();
    const row = page.getByRole('row', { name: /Restore restored 1 of 1 operation done/ });
    await row.locator('[data-status=Completed]').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Failed' }).click();
    await page.getByText('No rollback matches the filter.').waitFor();
    expect(page.url()).toContain('status=Failed');
  });

  it('shows what has changed since a checkpoint', async () => {
    const { admin: client } = suite;
    await create('differs', 'web-1');
    const id = await client.orchestrator.createCheckpoint({ body: { name: 'before', infras: ['differs'] } });
    await create('differs', 'web-2');
    const page = await suite.visit(`/console/checkpoints/${id}`);
    await page.getByRole('region', { name: 'Changes since then' }).getByText('web-2').first().waitFor();
    await expectAccessible(page);
  });
});
