import { expect, it } from '@jest/globals';
import { waitFor } from '@provisioning/test-kit';
import { expectAccessible } from './support/console-page.js';
import { describeConsole } from './support/console-suite.js';

describeConsole('the console: policies', {}, (suite) => {
  it('marks a fault at its column, saves disabled, and counts once it is enabled', async () => {
    await suite.createUser('emil', 'intern');
    const emil = await suite.signedIn('emil');
    const page = await suite.visit('/console/policies');
    await page
      .getByRole('row', { name: /Enabled/ })
      .first()
      .waitFor();
    await expectAccessible(page);
    await page.getByRole('link', { name: 'New policy' }).click();
    // The list has a field of a similar name.
    await page.getByRole('heading', { level: 1, name: 'New policy' }).waitFor();
    await page.getByLabel('Name').fill('interns read tasks');
    await page.getByLabel('Resource').fill('tasks:*');
    await page.getByLabel('Condition').fill("'intern' in user.roles &&");
    await page.getByText(/^Line 1, column \d+:/).waitFor();
    const save = page.getByRole('button', { name: 'Save' });
    expect(await save.isDisabled()).toBe(true);
    await expectAccessible(page);
    await page.getByLabel('Condition').fill("'intern' in user.roles");
    await page.getByRole('tab', { name: 'JSON' }).click();
    const json = page.getByLabel('Rules as JSON');
    const text = await json.inputValue();
    await json.fill(text.replace('"Allow"', 'Allow'));
    await page.getByText(/^Line 3, column \d+:/).waitFor();
    expect(await save.isDisabled()).toBe(true);
    await expectAccessible(page);
    await json.fill(text);
    await save.click();
    await page.getByRole('heading', { level: 1, name: 'interns read tasks' }).waitFor();
    await page.locator('[data-status=Disabled]').first().waitFor();
    await expectAccessible(page);
    await expect(emil.orchestrator.listTasks()).rejects.toMatchObject({ status: 403 });
    await page.getByRole('button', { name: 'Enable' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Enable 1 rule' }).click();
    await page.locator('[data-status=Enabled]').first().waitFor();
    await waitFor(() => emil.orchestrator.listTasks().then(Boolean, () => false));
  });

  it('names the rule that decides, the near misses, and the answer of each role', async () => {
    const page = await suite.visit('/console/policies/who-may');
    await page.getByRole('heading', { level: 1, name: 'Who may' }).waitFor();
    await page.getByLabel('User').fill('admin');
    await page.getByLabel('Roles').fill('viewer');
    await page.getByLabel('Action').selectOption('delete');
    await page.getByLabel('Resource').fill('servers:production');
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    const verdict = page.getByRole('region', { name: 'Verdict' });
    await verdict.locator('[data-status=Deny]').waitFor();
    await page
      .getByRole('region', { name: 'Near misses' })
      .getByText('It is about other actions.')
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Ask for each role' }).click();
    await page.getByRole('region', { name: 'By role' }).locator('[data-status=Allow]').first().waitFor();
    await expectAccessible(page);
    await page.getByLabel('Roles').fill('operator');
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await verdict.locator('[data-status=Allow]').waitFor();
    await verdict.getByText('Decided by').waitFor();
    await page.reload();
    await verdict.getByText('Decided by').waitFor();
  });

  it('lists the decisions that a policy would flip, and shows two versions side by side', async () => {
    await suite.createUser('fritz', 'operator');
    const fritz = await suite.signedIn('fritz');
    await fritz.orchestrator.createWebhook({
      body: { url: 'https://example.com/hook', events: ['task.failed'] },
    });
    const { id } = await suite.admin.controlCenter.createPolicy({
      body: {
        name: 'no webhooks',
        version: '1.0.0',
        enabled: false,
        rules: [{ effect: 'Deny', resource: 'webhooks:*', action: ['create'] }],
      },
    });
    await suite.admin.controlCenter.updatePolicy({
      params: { id },
      body: {
        rules: [
          {
            effect: 'Deny',
            resource: 'webhooks:*',
            action: ['create'],
            condition: "user.username == 'fritz'",
          },
        ],
      },
    });
    const page = await suite.visit(`/console/policies/${id}/replay`);
    await page.getByRole('button', { name: 'Replay', exact: true }).click();
    const lost = page.getByRole('region', { name: 'Allowed before, refused then' });
    await lost
      .getByRole('row', { name: /create webhooks:.* Allow Deny/ })
      .first()
      .waitFor();
    await lost.getByRole('button', { name: 'Whose decision' }).first().click();
    await lost.getByText('fritz').waitFor();
    await expectAccessible(page);
    await page.getByRole('link', { name: 'Back to the policy' }).click();
    await page.getByRole('tab', { name: 'Versions' }).click();
    await page.getByText('1 removed, 1 added.').waitFor();
    await expectAccessible(page);
  });

  it('keeps the draft of a policy over a reload, and shows what another person changed', async () => {
    const { id } = await suite.admin.controlCenter.createPolicy({
      body: {
        name: 'draft',
        version: '1.0.0',
        enabled: false,
        rules: [{ effect: 'Allow', resource: 'tasks:*', action: ['read'] }],
      },
    });
    const page = await suite.visit(`/console/policies/${id}/edit`);
    await page.getByLabel('Description').fill('why it is here');
    await page.reload();
    expect(await page.getByLabel('Description').inputValue()).toBe('why it is here');
    await suite.admin.controlCenter.updatePolicy({ params: { id }, body: { version: '2.0.0' } });
    await page.reload();
    expect(await page.getByLabel('Description').inputValue()).toBe('why it is here');
    await page.getByLabel('Description').fill('why it is needed');
    await page.getByRole('button', { name: 'Save' }).click();
    const conflict = page.getByRole('alert').filter({ hasText: 'Another person changed this policy' });
    // The draft goes on from the version that it started from, whatever the page read after the reload.
    await conflict.getByRole('row', { name: 'version 1.0.0 2.0.0 1.0.0' }).waitFor();
    await conflict.getByRole('button', { name: 'Keep my changes' }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { level: 1, name: 'draft', exact: true }).waitFor();
    const saved = await suite.admin.controlCenter.getPolicy({ params: { id } });
    expect(saved).toMatchObject({ version: '2.0.0', description: 'why it is needed' });
    suite.expectRefusals();
  });

  it('has another user approve the digest of a plan, executes it, and leads to its batch', async () => {
    const requiring = {
      effect: 'RequireApproval' as const,
      resource: 'servers:guarded',
      action: ['create' as const],
    };
    const approval = { count: 1, distinct_from: ['submitter' as const] };
    await suite.admin.controlCenter.createPolicy({
      body: { name: 'guarded servers', version: '1.0.0', rules: [{ ...requiring, approval }] },
    });
    await suite.createUser('nora', 'admin');
    const batch = {
      name: 'guarded',
      operations: [
        {
          id: 'machine',
          type: 'server_batch' as const,
          provider: 'local',
          infra: 'guarded',
          server_configs: [{ name: 'web-1', plan: 'small', zone: 'a' }],
        },
      ],
    };
    const planned = async () => {
      const { id } = await suite.admin.orchestrator.createPlan({ body: { batch } });
      await waitFor(
        async () => (await suite.admin.orchestrator.getPlan({ params: { id } })).status === 'Planned',
      );
      return id;
    };
    const statusOfPlan = async () => {
      const { id } = await suite.admin.orchestrator.createPlan({ body: { batch } });
      const read = () => suite.admin.orchestrator.getPlan({ params: { id } });
      await waitFor(async () => (await read()).status !== 'Planning');
      return (await read()).status;
    };
    // A policy counts once the orchestrator has it.
    await waitFor(async () => (await statusOfPlan()) === 'Planned');
    const [plan] = await suite.admin.orchestrator.listPlans({ query: { status: 'Planned' } });
    const page = await suite.visit('/console/plans', 'nora');
    await page
      .getByRole('navigation', { name: 'Main' })
      .getByRole('link', { name: 'Plans 1 waiting for you' })
      .waitFor();
    await page.getByRole('checkbox', { name: 'Waiting for me' }).check();
    await page.waitForURL(/waiting=me/);
    await expectAccessible(page);
    await page.getByRole('link', { name: 'guarded', exact: true }).click();
    await page
      .getByRole('region', { name: 'Requirements' })
      .getByText('1 approval, not by the submitter')
      .waitFor();
    await page.getByRole('region', { name: 'Planned changes' }).getByText('web-1').first().waitFor();
    expect(await page.getByRole('button', { name: 'Execute' }).isDisabled()).toBe(true);
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Approve' }).click();
    const dialog = page.getByRole('alertdialog');
    await dialog.getByText(String(plan?.digest)).waitFor();
    await dialog.getByLabel('Comment').fill('Agreed.');
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Approve plan' }).click();
    const decisions = page.getByRole('region', { name: 'Decisions' });
    await decisions.getByRole('row', { name: /Approved nora Agreed/ }).waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Withdraw approval' }).click();
    await dialog.getByRole('button', { name: 'Withdraw approval' }).click();
    await page.locator('main [data-status=Planned]').first().waitFor();
    await page.getByRole('button', { name: 'Compare with now' }).click();
    await page.getByText('Nothing has moved: the plan still applies.').waitFor();
    const approve = async () => {
      await page.getByRole('button', { name: 'Approve' }).click();
      await dialog.getByRole('button', { name: 'Approve plan' }).click();
      await page.locator('main [data-status=Approved]').first().waitFor();
    };
    await approve();
    const [rejected, cancelled, late] = await Promise.all([1, 2, 3].map(() => planned()));
    await page.getByRole('button', { name: 'Execute' }).click();
    await dialog.getByRole('button', { name: 'Execute plan' }).click();
    await page.getByRole('link', { name: 'Open the batch' }).click();
    await page.getByRole('heading', { level: 1, name: 'guarded' }).waitFor();
    await page.locator('main [data-status=Completed]').first().waitFor();
    const at = (path: string) => new URL(path, page.url()).toString();
    // Other plans of the same batch: one is rejected, one is cancelled, and one no longer applies when it is executed.
    await page.goto(at(`/console/plans/${rejected}`));
    await page.getByRole('button', { name: 'Reject' }).click();
    await dialog.getByLabel('Comment').fill('Not now.');
    await dialog.getByRole('button', { name: 'Reject plan' }).click();
    await page.getByText('A user rejected it.').waitFor();
    await page.goto(at(`/console/plans/${cancelled}`));
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await dialog.getByRole('button', { name: 'Cancel plan' }).click();
    await page.getByText('Cancelled by nora.').waitFor();
    await page.goto(at(`/console/plans/${late}`));
    await approve();
    await page.getByRole('button', { name: 'Execute' }).click();
    await dialog.getByRole('button', { name: 'Execute plan' }).click();
    await page.locator('main [data-status=Stale]').first().waitFor();
    await page.getByRole('region', { name: 'What moved' }).getByText('web-1').first().waitFor();
    await expectAccessible(page);
  });
});
