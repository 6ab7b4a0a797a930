import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { ProvisioningClient } from '@provisioning/client';
import type { BatchRequest } from '@provisioning/contracts';
import type { Browser } from 'playwright-core';
import { describeWithBrowser, openBrowser } from '../support/browser.js';
import { startPlatform, type RunningPlatform } from '../support/running-platform.js';
import { expectAccessible, openConsole, type ConsolePage } from './support/console-page.js';

const HOSTILE = '<img src=x onerror=alert(1)>\u202e evil \u001b[31mred\u001b[0m';

describeWithBrowser('the console, in a real browser', () => {
  let platform: RunningPlatform;
  let browser: Browser;
  let client: ProvisioningClient;
  let open: ConsolePage | undefined;

  beforeAll(async () => {
    platform = await startPlatform({
      BATCH_COMMANDS: 'echo,false,sleep,true,seq',
      RATE_LIMIT_BATCH: '0',
    });
    browser = await openBrowser();
    const { orchestratorUrl, controlCenterUrl } = platform;
    const visitor = new ProvisioningClient(orchestratorUrl, undefined, { controlCenterUrl });
    const body = { username: 'admin', password: platform.adminPassword };
    const { token } = await visitor.controlCenter.login({ body });
    client = new ProvisioningClient(orchestratorUrl, token, { controlCenterUrl });
  });
  afterAll(async () => {
    await browser?.close();
    await platform?.stop();
  });
  afterEach(async () => {
    const { troubles = [] } = open ?? {};
    await open?.close();
    open = undefined;
    expect(troubles).toEqual([]);
  });

  /** Opens this address as the admin. */
  async function visit(path: string) {
    open = await openConsole(browser, platform.orchestratorUrl, path);
    await open.signIn('admin', platform.adminPassword);
    return open.page;
  }

  async function submit(
    name: string,
    operations: { id: string; commands: string[]; dependencies?: string[] }[],
  ) {
    const body: BatchRequest = {
      name,
      parallel_limit: 10,
      operations: operations.map(({ id, commands, dependencies = [] }) => ({
        id,
        type: 'command_batch' as const,
        infra: 'console',
        commands,
        dependencies,
      })),
    };
    return client.orchestrator.executeBatch({ body });
  }

  async function taskOf(batchId: string, id: string): Promise<string> {
    const { operations } = await client.orchestrator.getBatch({ params: { id: batchId } });
    return operations.find((operation) => operation.id === id)!.task_id!;
  }

  it('prints its address at the start, and / leads a browser to it', async () => {
    expect(platform.output()).toContain(`${platform.orchestratorUrl}/console/`);
    open = await openConsole(browser, platform.orchestratorUrl);
    await open.page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
    expect(new URL(open.page.url()).pathname).toBe('/console/sign-in');
    await expectAccessible(open.page);
  });

  it('keeps the form after a wrong password, and keeps no token where scripts can read it', async () => {
    open = await openConsole(browser, platform.orchestratorUrl);
    const { page, troubles } = open;
    const answers: string[] = [];
    page.on('response', (response) => {
      if (!response.url().includes('/console/session')) return;
      void response.text().then((text) => answers.push(text));
    });
    await open.signIn('admin', 'not the password');
    await page.getByRole('alert').waitFor();
    expect(await page.getByLabel('Username').inputValue()).toBe('admin');
    // The browser itself reports the refusal.
    troubles.splice(0);
    await open.signIn('admin', platform.adminPassword);
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    const readable = await page.evaluate<string[]>(
      '[document.cookie, JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage })]',
    );
    const [cookie] = await open.context.cookies(`${platform.orchestratorUrl}/console/`);
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/console/' });
    expect(readable[0]).toBe('');
    for (const text of [...readable, ...answers]) expect(text).not.toContain(cookie!.value);
    expect(answers.length).toBeGreaterThan(0);
  });

  it('returns from the sign-in to the deep link, keeps it at a reload, and ends with a sign-out', async () => {
    const page = await visit('/console/tasks?status=Failed');
    await page.getByRole('button', { name: 'Failed', pressed: true }).waitFor();
    expect(new URL(page.url()).search).toBe('?status=Failed');
    await page.reload();
    await page.getByRole('button', { name: 'Failed', pressed: true }).waitFor();
    await page.getByRole('button', { name: 'Account of admin' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
    expect(await open!.context.cookies()).toEqual([]);
    await page.goBack();
    await page.getByLabel('Password').waitFor();
  });

  it('lists tasks as they appear and change', async () => {
    const page = await visit('/console/tasks');
    await page.getByText('Live', { exact: true }).waitFor();
    await submit('list', [{ id: 'appears', commands: ['sleep 1'] }]);
    const row = page.getByRole('row', { name: /appears/ });
    await row.waitFor();
    await row.locator('[data-status=Completed]').waitFor();
    await expectAccessible(page);
  });

  it('filters tasks by the address, and holds new ones back while a row is hovered', async () => {
    await submit('filters', [{ id: 'alpha', commands: ['true'] }]);
    const page = await visit('/console/tasks');
    await page.getByRole('searchbox', { name: 'Find' }).fill('alpha');
    await page.waitForURL(/q=alpha/);
    await page.getByRole('button', { name: 'Completed' }).click();
    await page.getByRole('button', { name: 'Failed' }).click();
    await page.waitForURL(/status=Completed%2CFailed/);
    await page.reload();
    await page.getByRole('button', { name: 'Failed', pressed: true }).waitFor();
    const row = page.getByRole('row', { name: /alpha/ });
    await row.first().hover();
    await submit('more', [{ id: 'alpha', commands: ['true'] }]);
    await page.getByRole('button', { name: '1 new, show' }).click();
    await row.nth(1).waitFor();
    await expectAccessible(page);
    await page.getByLabel('From', { exact: true }).fill('2999-01-01');
    await page.getByText('No task matches these filters.').waitFor();
    await page.goBack();
    await row.first().waitFor();
  });

  it('shows what a task waits for, then its log as it is printed, and stops scrolling for a user who reads further up', async () => {
    const holder = await submit('holds', [{ id: 'sleeps', commands: ['sleep 600'] }]);
    const { batch_id } = await submit('log', [
      { id: 'prints', commands: ['seq 1 3000', `echo ${HOSTILE}`, 'sleep 600'] },
    ]);
    const page = await visit(`/console/tasks/${await taskOf(batch_id, 'prints')}`);
    await page.getByText('It waits until console is free: place 1 in line.').waitFor();
    await page.getByRole('link', { name: `by batch ${holder.batch_id.slice(-12)}` }).waitFor();
    await expectAccessible(page);
    await client.orchestrator.cancelBatch({ params: { id: holder.batch_id } });
    await page.getByText('3,001 lines').waitFor();
    const log = page.getByRole('log', { name: 'Lines of the log' });
    const last = log.getByText('<img src=x onerror=alert(1)>\\u202e evil');
    await last.waitFor();
    expect(await log.locator('img').count()).toBe(0);
    await log.hover();
    await page.mouse.wheel(0, -3_000);
    await page.getByRole('button', { name: /^Paused/ }).waitFor();
    await log.press('End');
    await last.waitFor();
    // The first lines are fetched when they are looked at.
    await log.press('Home');
    await log.getByText('2', { exact: true }).last().waitFor();
    await expectAccessible(page);
    await client.orchestrator.cancelBatch({ params: { id: batch_id } });
    await page.locator('[data-status=Cancelled]').first().waitFor();
  });

  it('finds a word in the whole log, and its address shows the line again', async () => {
    const { batch_id } = await submit('search', [{ id: 'long', commands: ['seq 1 5000'] }]);
    await client.waitForBatch(batch_id);
    const id = await taskOf(batch_id, 'long');
    const page = await visit(`/console/tasks/${id}`);
    await page.getByRole('searchbox', { name: 'Search the log' }).fill('2345');
    await page.keyboard.press('Enter');
    await page.getByText('1 of 1', { exact: true }).waitFor();
    await page.waitForURL(/line=2345/);
    await page.reload();
    await page.getByRole('log').locator('mark', { hasText: '2345' }).waitFor();
    const plain = await page.getByRole('link', { name: 'Plain' }).getAttribute('href');
    const text = await page.evaluate(async (href) => (await fetch(href)).text(), plain!);
    expect(text.trim().split('\n')).toHaveLength(5000);
  });

  it('cancels a task after a confirmation, and shows that no process is left', async () => {
    const { batch_id } = await submit('cancel', [{ id: 'sleeps', commands: ['sleep 600'] }]);
    const page = await visit(`/console/tasks/${await taskOf(batch_id, 'sleeps')}`);
    await page.locator('[data-status=Running]').first().waitFor();
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    const dialog = page.getByRole('alertdialog', { name: 'Cancel sleeps in console?' });
    await expectAccessible(page);
    await page.locator('button:focus', { hasText: 'Close' }).waitFor();
    await dialog.getByRole('button', { name: 'Cancel task' }).click();
    await page.locator('[data-status=Cancelled]').first().waitFor();
    await page.getByRole('tab', { name: 'History' }).click();
    await page.getByText('0 processes left').waitFor();
    await expectAccessible(page);
  });

  it('shows why a task failed without a click, and retries it as a task that links back to it', async () => {
    const body = { infra: 'console-retry', settings: 'not-there.ncl' };
    const id = await client.orchestrator.createServers({ body });
    const { error } = await client.waitForTask(id);
    const page = await visit(`/console/tasks/${id}`);
    await page.getByText(error!.slice(0, 40)).first().waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Retry', exact: true }).click();
    const dialog = page.getByRole('alertdialog', { name: /^Retry create_servers in console-retry/ });
    await dialog.getByRole('button', { name: 'Retry task' }).click();
    await page.waitForURL((address) => !address.pathname.includes(id));
    await page.getByRole('link', { name: id.slice(-12) }).click();
    await page.waitForURL((address) => address.pathname.endsWith(id));
  });

  it('links from an operation that failed to its batch, which can be resumed', async () => {
    const { batch_id } = await submit('fails', [{ id: 'breaks', commands: ['echo before', 'false'] }]);
    await client.waitForBatch(batch_id);
    const page = await visit(`/console/tasks/${await taskOf(batch_id, 'breaks')}`);
    await page.getByRole('log').getByText('before').first().waitFor();
    await page.getByRole('link', { name: 'Resume its batch' }).click();
    await page.getByRole('button', { name: 'Resume', exact: true }).waitFor();
  });

  it('shows a batch as table and graph, and resumes it after a preview', async () => {
    const { batch_id } = await submit('half', [
      { id: 'first', commands: ['true'] },
      { id: 'second', commands: ['false'], dependencies: ['first'] },
      { id: 'third', commands: ['true'], dependencies: ['second'] },
    ]);
    await client.waitForBatch(batch_id);
    const page = await visit('/console/batches');
    await expectAccessible(page);
    await page.getByRole('link', { name: 'half' }).click();
    await page.getByText('1 of 3 done, 1 failed').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'second' }).click();
    await page.getByRole('complementary', { name: 'Operation second' }).waitFor();
    await expectAccessible(page);
    await page.keyboard.press('Escape');
    await page.getByRole('tab', { name: 'Graph' }).click();
    const node = page.getByRole('button', { name: /^first, Completed/ });
    await node.press('ArrowRight');
    await page.getByRole('button', { name: /^second, Failed, depends on first, 1 depend on it/ }).waitFor();
    await page.waitForURL(/op=second/);
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Resume', exact: true }).click();
    const dialog = page.getByRole('alertdialog', { name: 'Resume half?' });
    await dialog.getByText('1 kept').waitFor();
    await dialog.getByRole('button', { name: 'Resume 2 operations' }).click();
    await page.waitForURL((address) => !address.pathname.includes(batch_id));
    await page.getByText('resumes').waitFor();
  });

  it('shows that it is not current during an outage, and recovers on its own', async () => {
    const page = await visit('/console/tasks');
    await page.getByText('Live', { exact: true }).waitFor();
    const { troubles } = open!;
    await open!.context.setOffline(true);
    await page.getByText('Reconnecting').waitFor();
    await open!.context.setOffline(false);
    await page.getByText('Live', { exact: true }).waitFor();
    troubles.splice(0);
  });

  it('asks for a sign-in over the page when the session has ended, and continues where it was', async () => {
    const page = await visit('/console/tasks?status=Running');
    await page.getByRole('heading', { level: 1, name: 'Tasks' }).waitFor();
    const { troubles } = open!;
    await open!.context.clearCookies();
    await page.getByRole('button', { name: 'Pending' }).click();
    const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
    await dialog.getByLabel('Password').fill(platform.adminPassword);
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await page.getByText('No task matches these filters.').waitFor();
    // The refused calls are reported by the browser.
    troubles.splice(0);
  });
});
