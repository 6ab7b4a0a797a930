import { expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { expectAccessible } from './support/console-page.js';
import { describeConsole } from './support/console-suite.js';
import { tabTo } from './support/keyboard.js';

const LIMITS = { RATE_LIMIT_BATCH: '0', BATCH_COMMANDS: 'true,false,sleep' };

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

  /** Submits a batch with one operation of one command. @returns its id */
  async function submitBatch(name: string, command: string): Promise<string> {
    const operation = { id: 'only', type: 'command_batch' as const, infra: name, commands: [command] };
    const { batch_id } = await suite.admin.orchestrator.executeBatch({
      body: { name, operations: [operation] },
    });
    return batch_id;
  }

  it('marks the faults of a batch at their lines, shows its picture, and submits exactly what was previewed', async () => {
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
    expect(await submit.isDisabled()).toBe(true);
    const preview = page.getByRole('button', { name: 'Preview', exact: true });
    const plan = page.getByRole('region', { name: 'Plan' });
    await preview.click();
    // The server knows which programs are allowed.
    await plan.getByRole('alert').waitFor();
    suite.expectRefusals();
    await faults.getByRole('button', { name: /^Line 3/ }).waitFor();
    expect(await submit.isDisabled()).toBe(true);
    await page.reload();
    await page.getByText('This is what you were writing.').waitFor();
    const whole = circle.replace('dependencies: [a, nowhere]', 'dependencies: []');
    await editor.fill(whole);
    await faults.getByText('No faults found').waitFor();
    await preview.click();
    await plan.getByRole('row', { name: 'a command_batch c None b' }).waitFor();
    await expectAccessible(page);
    const act = page.getByRole('button', { name: 'Submit 2 operations' });
    await act.waitFor();
    // A plan holds for exactly the text that it was made of.
    await editor.fill(`${whole}\nparallel_limit: 1`);
    expect(await submit.isDisabled()).toBe(true);
    await editor.press('Control+Enter');
    await plan.getByText('At most 1 run at once.').waitFor();
    await act.click();
    await page.getByRole('heading', { level: 1, name: 'composed' }).waitFor();
    await page.locator('main [data-status=Completed]').first().waitFor();
  });

  it('creates a plan of what is composed, and executes it', async () => {
    const page = await suite.visit('/console/batches/new');
    await page
      .getByRole('textbox', { name: 'Batch as YAML or JSON' })
      .fill(
        'name: to-plan\noperations:\n  - { id: a, type: command_batch, infra: planned, commands: ["true"] }',
      );
    await page.getByRole('button', { name: 'Create a plan' }).click();
    await page.getByRole('heading', { level: 1, name: 'to-plan' }).waitFor();
    await page.getByRole('button', { name: 'Execute' }).click();
    await page
      .getByRole('alertdialog')
      .getByRole('button', { name: /^Execute/ })
      .click();
    await page.getByRole('link', { name: 'Open the batch' }).click();
    await page.locator('main [data-status=Completed]').first().waitFor();
  });

  it('opens the request of a batch to be changed and submitted again', async () => {
    const id = await submitBatch('again', 'true');
    await suite.admin.waitForBatch(id);
    const page = await suite.visit(`/console/batches/${id}`);
    await page.getByRole('link', { name: 'Edit and run again' }).click();
    await page.getByText('This is what was submitted as batch').waitFor();
    const editor = page.getByRole('textbox', { name: 'Batch as YAML or JSON' });
    const submitted = await editor.innerText();
    expect(submitted).toContain('name: again');
    await editor.fill(submitted.replace('name: again', 'name: changed'));
    await page.getByRole('button', { name: 'Preview', exact: true }).click();
    await page.getByRole('button', { name: 'Submit 1 operation' }).click();
    await page.getByRole('heading', { level: 1, name: 'changed' }).waitFor();
    await page.goBack();
    await page.getByText('This is what was submitted as batch').waitFor();
    expect(await editor.innerText()).toContain('name: again');
  });

  it('cancels and retries several tasks at once, and says which were refused', async () => {
    const body = { infra: 'together', settings: 'not-there.yaml' };
    const ids = await Promise.all([1, 2].map(() => suite.admin.orchestrator.createServers({ body })));
    for (const id of ids) await suite.admin.waitForTask(id);
    const { page, troubles } = await suite.open('/console/tasks?infra=together');
    for (const id of ids)
      await page.getByRole('checkbox', { name: `Select create_servers ${id.slice(-12)}` }).check();
    const selected = page.getByRole('group', { name: 'Selected tasks' });
    expect(await selected.getByRole('button', { name: 'Cancel 0 tasks' }).isDisabled()).toBe(true);
    await expectAccessible(page);
    await page.route(`**/tasks/${ids[1]}/retry`, (route) => route.abort());
    await selected.getByRole('button', { name: 'Retry 2 tasks' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Retry 2 tasks' }).click();
    await page.getByText('1 task retried, 1 refused.').waitFor();
    await page
      .getByRole('listitem')
      .filter({ hasText: ids[1]!.slice(-12) })
      .waitFor();
    await selected.waitFor({ state: 'detached' });
    // The browser reports the requests that were cut off.
    troubles.splice(0);
    await submitBatch('nap', 'sleep 600');
    await page.goto(`${suite.platform.orchestratorUrl}/console/tasks?infra=nap`);
    await page.getByRole('checkbox').check();
    await selected.getByRole('button', { name: 'Cancel 1 task' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel 1 task' }).click();
    await page.getByText('1 task cancelled.').waitFor();
    await page.locator('tbody [data-status=Cancelled]').waitFor();
  });

  it('does the five main jobs by keyboard alone', async () => {
    const page = await suite.visit('/console/tasks');
    const { keyboard } = page;
    const heading = (name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
    const go = async (letter: string) => {
      await keyboard.press('g');
      await keyboard.press(letter);
    };
    const press = async (...target: Parameters<Page['getByRole']>) => {
      await tabTo(page, page.getByRole(...target));
      await keyboard.press('Enter');
    };
    const openNewestBatch = async (name: string) => {
      // Single keys do nothing while a dialog is open.
      await page.getByRole('alertdialog').waitFor({ state: 'detached' });
      await go('b');
      await page.getByRole('link', { name, exact: true }).waitFor();
      await keyboard.press('j');
      await keyboard.press('Enter');
      await heading(name);
    };
    await heading('Tasks');
    // New rows of a list would wait while the pointer rests on it where the sign-in left it.
    await page.mouse.move(0, 0);
    await go('s');
    await heading('Submit');
    await tabTo(page, page.getByRole('textbox', { name: 'Infra' }));
    await keyboard.type('staging');
    await tabTo(page, page.getByRole('textbox', { name: 'Settings' }));
    await keyboard.type('settings.yaml');
    await keyboard.press('Enter');
    await press('button', { name: /^Run \d/ });
    await heading('create_servers');
    await page.locator('main [data-status=Completed]').first().waitFor();

    const failed = await submitBatch('failing', 'false');
    await suite.admin.waitForBatch(failed);
    await openNewestBatch('failing');
    await press('button', { name: 'only' });
    const why = page.getByRole('complementary', { name: 'Operation only' });
    await why.locator('[data-status=Failed]').waitFor();
    await keyboard.press('Escape');
    await press('button', { name: 'Resume', exact: true });
    await press('button', { name: 'Resume 1 operation' });
    await page.waitForURL((address) => !address.pathname.includes(failed));

    await submitBatch('sleeping', 'sleep 600');
    await openNewestBatch('sleeping');
    await press('button', { name: 'Cancel', exact: true });
    await press('button', { name: 'Cancel 1 operation' });
    await page.locator('main [data-status=Cancelled]').first().waitFor();

    const { batch_id } = await suite.admin.orchestrator.executeBatch({
      body: {
        name: 'creating',
        operations: [
          {
            id: 'machine',
            type: 'server_batch',
            provider: 'local',
            infra: 'by-keyboard',
            server_configs: [{ name: 'web-1', plan: 'small', zone: 'a' }],
          },
        ],
      },
    });
    await suite.admin.waitForBatch(batch_id);
    await openNewestBatch('creating');
    await press('link', { name: 'Roll back' });
    await tabTo(page, page.getByLabel(/^Type by-keyboard/));
    await keyboard.type('by-keyboard');
    await keyboard.press('Enter');
    await page.getByText('1 operation undone.').waitFor();
    expect(await inventoryOf('by-keyboard')).toEqual([]);
  });
});
