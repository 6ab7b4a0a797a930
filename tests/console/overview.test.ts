import { expect, it } from '@jest/globals';
import type { BatchRequest } from '@provisioning/contracts';
import { expectAccessible } from './support/console-page.js';
import { describeConsole } from './support/console-suite.js';

const SETTINGS = { RATE_LIMIT_BATCH: '0', BATCH_COMMANDS: 'false,sleep' };

describeConsole('the overview and the health page of the console', SETTINGS, (suite) => {
  const submit = (name: string, command: string) => {
    const operation = { id: name, type: 'command_batch' as const, infra: 'overview', commands: [command] };
    const body: BatchRequest = { name, operations: [operation] };
    return suite.admin.orchestrator.executeBatch({ body });
  };

  it('show what runs, what waits for it, what failed, and how the platform is', async () => {
    const failing = await submit('breaks', 'false');
    await suite.admin.waitForBatch(failing.batch_id);
    const running = await submit('holds', 'sleep 600');
    const page = await suite.visit('/console/');
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    const panel = (name: string) => page.getByRole('region', { name });
    await panel('Failed in the last 24 hours').getByRole('link', { name: 'breaks' }).waitFor();
    await panel('Running').getByRole('link', { name: 'holds' }).waitFor();
    await panel('Waiting').getByText('No task is waiting.').waitFor();
    // It appears by an event: nothing reloads the page.
    await submit('waits', 'sleep 600');
    await panel('Waiting').getByRole('link', { name: 'waits' }).waitFor();
    await panel('Waiting').getByText('It waits until overview is free: place 1 in line.').waitFor();
    await panel('Waiting').getByRole('link', { name: '1 for the lock of an infra' }).waitFor();
    await panel('Health').getByText('1 held, 1 waiting').waitFor();
    const charts = panel('Tasks of the last 24 hours');
    await charts.getByRole('figure', { name: 'Waiting' }).waitFor();
    await charts
      .getByRole('figure', { name: 'Started and ended' })
      .getByRole('listitem')
      .filter({ hasText: 'Failed 1' })
      .waitFor();
    await expectAccessible(page);

    await page.getByRole('link', { name: 'Health', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'Health' }).waitFor();
    const holder = `batch ${running.batch_id.slice(-12)}`;
    await page
      .getByRole('row', { name: /overview/ })
      .getByRole('link', { name: holder })
      .waitFor();
    await page.getByRole('button', { name: '1 hour' }).click();
    await page.waitForURL(/range=1h/);
    await page.getByText('Show as a table').click();
    await page
      .getByRole('table', { name: 'Tasks over time' })
      .getByRole('row')
      .filter({ has: page.getByRole('cell', { name: '1', exact: true }) })
      .first()
      .waitFor();
    await page.getByRole('region', { name: 'Workers' }).locator('[data-status=alive]').first().waitFor();
    await expectAccessible(page);
    expect(new URL(page.url()).pathname).toBe('/console/health');
  });
});
