import { expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { expectAccessible, takeScreenshot } from './support/console-page.js';
import { describeConsole } from './support/console-suite.js';

const linksOf = (page: Page) =>
  page.getByRole('navigation', { name: 'Main' }).getByRole('link').allInnerTexts();

/**
 * In the page: the chosen links, chips and tabs that look like their neighbours. Forced colors replace the colors of
 * text, backgrounds and borders, so that something else must show the difference.
 */
const CHOSEN_ALIKE = `(() => {
  const looks = (element) => {
    const { backgroundColor, borderBottomWidth, borderBottomColor, fontWeight, outlineStyle, textDecorationLine } =
      getComputedStyle(element);
    return [backgroundColor, borderBottomWidth, borderBottomColor, fontWeight, outlineStyle, textDecorationLine].join();
  };
  const groups = [
    ['nav [aria-current=page]', 'nav a:not([aria-current=page])'],
    ['main [aria-pressed=true]', 'main [aria-pressed=false]'],
    ['main [role=tab][aria-selected=true]', 'main [role=tab][aria-selected=false]'],
  ];
  return groups.flatMap(([chosen, other]) => {
    const [one, neighbour] = [document.querySelector(chosen), document.querySelector(other)];
    return one && neighbour && looks(one) === looks(neighbour) ? [chosen] : [];
  });
})()`;

/** The requests of a page that were refused, and whether it opened a stream. */
function watch(page: Page) {
  const seen = { refused: [] as string[], sockets: [] as string[] };
  page.on('response', (response) => {
    if (response.status() === 403) seen.refused.push(response.url());
  });
  page.on('websocket', (socket) => void seen.sockets.push(socket.url()));
  return seen;
}

describeConsole('the console: rights and keys', {}, (suite) => {
  it('lands an auditor on Audit without a refusal and without a stream', async () => {
    await suite.createUser('lena', 'auditor');
    const page = await suite.visit('/console/sign-in', 'lena');
    const seen = watch(page);
    await page.getByRole('heading', { level: 1, name: 'Audit' }).waitFor();
    await page
      .getByRole('button', { name: /^Record/ })
      .first()
      .waitFor();
    expect(await linksOf(page)).not.toContain('Tasks');
    expect(await linksOf(page)).not.toContain('Users');
    await page.getByRole('link', { name: 'Account' }).click();
    await page.getByText('lena@example.com').waitFor();
    expect(seen).toEqual({ refused: [], sockets: [] });
    await expectAccessible(page);
  });

  it('disables what a viewer may not do, says why, and asks for nothing that would be refused', async () => {
    await suite.createUser('mona', 'viewer');
    const { batch_id } = await suite.admin.orchestrator.executeBatch({
      body: {
        name: 'seen',
        parallel_limit: 1,
        operations: [{ id: 'one', type: 'command_batch', infra: 'rights', commands: ['sleep 600'] }],
      },
    });
    const page = await suite.visit('/console/batches', 'mona');
    const seen = watch(page);
    const compose = page.getByRole('button', { name: 'Compose' });
    await compose.waitFor();
    expect(await compose.getAttribute('title')).toMatch(/^You may not execute batches\./);
    await page.getByRole('link', { name: 'seen' }).click();
    const cancel = page.getByRole('button', { name: 'Cancel', exact: true });
    await cancel.waitFor();
    expect(await cancel.isDisabled()).toBe(true);
    expect(await cancel.getAttribute('title')).toMatch(/^You may not cancel batches\. No policy allows it\./);
    await page.getByRole('link', { name: 'Policies' }).click();
    expect(await page.getByRole('button', { name: 'New policy' }).isDisabled()).toBe(true);
    await page.goto(`${suite.platform.orchestratorUrl}/console/users`);
    await page.getByText('You may not read users. No policy allows it.').waitFor();
    await expectAccessible(page);
    for (const link of await linksOf(page)) {
      await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: link }).click();
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.waitForLoadState('networkidle');
    }
    expect(seen.refused).toEqual([]);
    await suite.admin.orchestrator.cancelBatch({ params: { id: batch_id } });
  });

  it('goes everywhere by keyboard, lists the keys, and lets single keys be turned off', async () => {
    const page = await suite.visit('/console/users');
    await page.getByRole('row', { name: /admin@/ }).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).getByText('Open the command palette').waitFor();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog', { name: 'Keys' }).waitFor({ state: 'hidden' });
    const first = await page.getByRole('row').nth(1).getByRole('link').first().innerText();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: first }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('p');
    await page.getByRole('heading', { level: 1, name: 'Policies' }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('viewer');
    await page.waitForURL(/q=viewer/);
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: /^Go to a page/ }).fill('webh');
    await expectAccessible(page);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Webhooks' }).waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: /^Go to a page/ }).fill('new web');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'New webhook' }).waitFor();
    await page.goto(`${suite.platform.orchestratorUrl}/console/account?tab=preferences`);
    await page.getByRole('checkbox', { name: /^Single keys/ }).uncheck();
    await page.getByRole('heading', { level: 1, name: 'Account' }).click();
    await page.keyboard.press('?');
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog', { name: 'Command palette' }).waitFor();
    expect(await page.getByRole('dialog', { name: 'Keys' }).count()).toBe(0);
  });

  it('fits at a zoom of 200 %, and shows what is chosen in forced colors', async () => {
    const page = await suite.visit('/console/tasks');
    await page.getByRole('heading', { level: 1, name: 'Tasks' }).waitFor();
    const names = await linksOf(page);
    await page.emulateMedia({ forcedColors: 'active' });
    // What a window of 1280 × 800 shows at 200 %.
    await page.setViewportSize({ width: 640, height: 400 });
    for (const name of names) {
      const link = page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name, exact: true });
      if (!(await link.isVisible())) await page.getByRole('button', { name: 'Open the navigation' }).click();
      await link.click();
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.waitForLoadState('networkidle');
      await takeScreenshot(page, '640-forced');
      const excess = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      expect({ name, excess }).toEqual({ name, excess: 0 });
      expect({ name, alike: await page.evaluate(CHOSEN_ALIKE) }).toEqual({ name, alike: [] });
    }
  });
});
