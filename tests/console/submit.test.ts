import { expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { expectAccessible } from './support/console-page.js';
import { describeConsole } from './support/console-suite.js';

const LIMITS = { RATE_LIMIT_BATCH: '0', BATCH_COMMANDS: 'true' };

describeConsole('submitting work in the console', LIMITS, (suite) => {
  const inventoryOf = async (infra: string) =>
    (await suite.admin.orchestrator.listInventory({ query: { infra } })).map(({ name }) => name);
  const created = async () =>
    (await suite.admin.orchestrator.listTasks({ query: { limit: 200 } })).filter(
      ({ name, check_mode }) => name === 'create_servers' && check_mode !== true,
    );

  async function fill(page: Page, infra: string, settings: string) {
    await page.getByRole('textbox', { name: 'Infra' }).fill(infra);
    await page.getByRole('textbox', { name: 'Settings' }).fill(settings);
    await page.getByRole('button', { name: 'Preview' }).click();
  }

  it('shows the plan of a workflow, keeps it at a reload, and runs exactly that once', async () => {
    const { page, troubles } = await suite.open('/console/tasks');
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Submit' }).click();
    await page.getByRole('heading', { level: 1, name: 'Submit' }).waitFor();
    await expectAccessible(page);
    await fill(page, 'staging', 'settings.yaml');
    await page.getByText('Nothing has been changed yet.').waitFor();
    await page.waitForURL(/plan=/);
    await page.reload();
    const plan = page.getByRole('region', { name: 'Plan' });
    await plan.getByText('web-01').first().waitFor();
    await expectAccessible(page);
    expect(await inventoryOf('staging')).toEqual([]);
    expect(await created()).toEqual([]);
    const address = page.url();
    const run = page.getByRole('button', { name: /^Run/ });
    // The answer to the first try is lost; the second try has the same key.
    await page.route('**/workflows/servers/create', async (route) => {
      await route.fetch();
      await route.abort();
    });
    await run.click();
    await page.getByRole('alert').waitFor();
    await page.unroute('**/workflows/servers/create');
    // The browser reports the request that was cut off.
    troubles.splice(0);
    await run.dblclick();
    await page.getByRole('heading', { level: 1, name: 'create_servers' }).waitFor();
    await page.locator('main [data-status=Completed]').first().waitFor();
    expect(await inventoryOf('staging')).toEqual(['db-01', 'web-01']);
    // Not even from another look at the same preview.
    await page.goto(address);
    await run.click();
    await page.getByRole('heading', { level: 1, name: 'create_servers' }).waitFor();
    expect(await created()).toHaveLength(1);
  });

  it('takes the preview away when the form is edited, and says which field is wrong', async () => {
    const page = await suite.visit('/console/submit?kind=servers&infra=staging');
    await fill(page, 'staging', 'settings.yaml');
    await page.waitForURL(/plan=/);
    await page.getByLabel('Operation').selectOption('delete');
    await page.waitForURL((address) => !address.search.includes('plan='));
    await page.getByRole('textbox', { name: 'Settings' }).fill('../secret.yaml');
    await page.getByRole('button', { name: 'Preview' }).click();
    await page.getByRole('alert').waitFor();
    await page.locator('input[aria-invalid=true]').waitFor();
    suite.expectRefusals();
    await expectAccessible(page);
  });

  it('asks for the name of the infra before anything is destroyed', async () => {
    const body = { infra: 'staging', settings: 'settings.yaml' };
    await suite.admin.waitForTask(await suite.admin.orchestrator.createServers({ body }));
    const page = await suite.visit(
      '/console/submit?kind=servers&operation=delete&infra=staging&settings=settings.yaml',
    );
    await page.getByRole('button', { name: 'Preview' }).click();
    const run = page.getByRole('button', { name: /^Run/ });
    await run.waitFor();
    expect(await run.isDisabled()).toBe(true);
    await page.getByLabel(/^Type staging/).fill('staging');
    await run.click();
    await page.getByRole('heading', { level: 1, name: 'delete_servers' }).waitFor();
    await page.locator('main [data-status=Completed]').first().waitFor();
    expect(await inventoryOf('staging')).toEqual([]);
  });

  it('marks the faults of a batch at their lines, shows its picture, and submits it', async () => {
    const page = await suite.visit('/console/batches');
    await page.getByRole('link', { name: 'Compose' }).click();
    const editor = page.getByRole('textbox', { name: 'Batch as YAML or JSON' });
    const picture = page.getByRole('region', { name: 'Picture' });
    const faults = page.getByRole('region', { name: 'Faults' });
    const submit = page.getByRole('button', { name: 'Submit', exact: true });
    await picture.getByRole('button', { name: /^network/ }).waitFor();
    await expectAccessible(page);
    await editor.fill('name: composed\noperations:\n  - id: "a\n');
    await faults
      .getByRole('button', { name: /^Line / })
      .first()
      .waitFor();
    expect(await submit.isDisabled()).toBe(true);
    const circle = [
      'name: composed',
      'operations:',
      '  - { id: a, type: command_batch, infra: c, commands: ["true"], dependencies: [b] }',
      '  - { id: b, type: command_batch, infra: c, commands: ["true"], dependencies: [a, nowhere] }',
    ].join('\n');
    await editor.fill(circle);
    await faults.getByText('have a circular dependency: a → b → a').waitFor();
    await faults.getByText('refers to "nowhere"').waitFor();
    await faults.getByRole('button', { name: /^Line 4, column \d+/ }).click();
    await expectAccessible(page);
    expect(await submit.isDisabled()).toBe(true);
    await editor.fill(
      circle.replace('dependencies: [a, nowhere]', 'dependencies: []').replace('"true"', '"mkfs"'),
    );
    await faults.getByText('No faults found').waitFor();
    await submit.click();
    const dialog = page.getByRole('alertdialog', { name: 'Submit composed?' });
    await dialog.getByRole('button', { name: 'Submit 2 operations' }).click();
    // The server knows which programs are allowed.
    await dialog.getByRole('alert').waitFor();
    suite.expectRefusals();
    await dialog.getByRole('button', { name: 'Close' }).click();
    await faults.getByRole('button', { name: /^Line 3/ }).waitFor();
    await page.reload();
    await page.getByText('This is what you were writing.').waitFor();
    await editor.fill(circle.replace('dependencies: [a, nowhere]', 'dependencies: []'));
    await faults.getByText('No faults found').waitFor();
    await submit.click();
    await dialog.getByRole('button', { name: 'Submit 2 operations' }).click();
    await page.getByRole('heading', { level: 1, name: 'composed' }).waitFor();
    await page.locator('main [data-status=Completed]').first().waitFor();
  });
});
