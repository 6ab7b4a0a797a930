import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { startRelay } from '@provisioning/test-kit';
import { codeOf } from './support/authenticator.js';
import { expectAccessible, openConsole } from './support/console-page.js';
import { describeConsole, PASSWORD, REFUSED_OR_AWAY } from './support/console-suite.js';
import { startReverseProxy } from './support/reverse-proxy.js';

describeConsole('the console: sessions and faults', { TRUST_PROXY: '1' }, (suite) => {
  it('asks for a sign-in in the middle of a form, keeps the form, and makes one object', async () => {
    const { page, context } = await suite.open('/console/users/new');
    // The sign-in page has a field of that name too.
    await page.getByRole('heading', { level: 1, name: 'New user' }).waitFor();
    await page.getByLabel('Username').fill('nina');
    await page.getByLabel('E-mail').fill('nina@example.com');
    await page.getByLabel('Initial password').fill(PASSWORD);
    await context.clearCookies();
    await page.getByRole('button', { name: 'Create user' }).click();
    const dialog = page.getByRole('dialog', { name: 'Your session has ended' });
    await dialog.waitFor();
    await expectAccessible(page);
    await dialog.getByLabel('Password').fill(suite.platform.adminPassword);
    await dialog.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { level: 1, name: 'nina' }).waitFor();
    const { items } = await suite.admin.controlCenter.listUsers.page();
    expect(items.filter(({ username }) => username === 'nina')).toHaveLength(1);
    suite.expectRefusals();
  });

  it('ends every tab at sign-out, and Back shows no data', async () => {
    const { page, context } = await suite.open('/console/users');
    await page.getByRole('row', { name: /admin@/ }).waitFor();
    const other = await context.newPage();
    await other.goto(`${suite.platform.orchestratorUrl}/console/users`);
    await other.getByRole('row', { name: /admin@/ }).waitFor();
    await page.getByRole('button', { name: 'Account of admin' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    for (const tab of [page, other]) {
      await tab.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
      await tab.goBack();
      await tab.getByLabel('Password').waitFor();
      expect(await tab.getByText('admin@').count()).toBe(0);
    }
    suite.expectRefusals();
  });

  it.each([
    { prefix: '/platform', tls: false },
    { prefix: '', tls: true },
  ])('works behind a reverse proxy: %j', async ({ prefix, tls }) => {
    const proxy = await startReverseProxy(suite.platform.orchestratorUrl, { prefix, tls });
    const open = await openConsole(suite.browser, proxy.url, '/console/');
    try {
      await open.signIn('admin', suite.platform.adminPassword);
      const { page } = open;
      await page.getByText('Live', { exact: true }).waitFor();
      await page.getByRole('link', { name: 'Users' }).click();
      await page.getByRole('row', { name: /admin@/ }).waitFor();
      expect(page.url()).toBe(`${proxy.url}/console/users`);
      await page.reload();
      await page.getByRole('row', { name: /admin@/ }).waitFor();
      const [cookie] = await open.context.cookies(`${proxy.url}/console/`);
      expect(cookie).toMatchObject({
        name: tls ? '__Secure-provisioning_console' : 'provisioning_console',
        path: `${prefix}/console/`,
        secure: tls,
        httpOnly: true,
        sameSite: 'Strict',
      });
      expect(open.troubles).toEqual([]);
    } finally {
      await open.close();
      await proxy.close();
    }
  });

  it('says so when the API dies under an open page, keeps the data, and comes back', async () => {
    const relay = await startRelay(suite.platform.orchestratorUrl);
    const open = await openConsole(suite.browser, relay.url.replace(/\/$/, ''), '/console/tasks');
    try {
      await open.signIn('admin', suite.platform.adminPassword);
      const { page } = open;
      await page.getByText('Live', { exact: true }).waitFor();
      await page.getByRole('link', { name: 'Users' }).click();
      await page.getByRole('row', { name: /admin@/ }).waitFor();
      await relay.refuse();
      await page.getByText('Reconnecting').waitFor();
      await page.getByText(/^as of /).waitFor();
      await page.getByRole('row', { name: /admin@/ }).waitFor();
      await relay.mend();
      await page.getByText('Live', { exact: true }).waitFor();
    } finally {
      await open.close();
      await relay.close();
    }
  });

  it('goes on reading while the control center is stopped, says what does not work, and recovers', async () => {
    const { page } = await suite.open('/console/tasks');
    await page.getByText('Live', { exact: true }).waitFor();
    const note = readFileSync(join(suite.platform.dataDir, 'run', 'control-center.process'), 'utf8');
    const pid = Number(/\d+/.exec(note)?.[0]);
    process.kill(pid, 'SIGSTOP');
    try {
      await page.getByRole('link', { name: 'Users' }).click();
      await page.getByText('The control center does not answer.').waitFor();
      await page.getByRole('link', { name: 'Tasks' }).click();
      await page.getByRole('heading', { level: 1, name: 'Tasks' }).waitFor();
      await page.getByText('No task has been submitted yet.').waitFor();
      await expectAccessible(page);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await page.getByText('The control center does not answer.').waitFor({ state: 'detached' });
    suite.expectRefusals(REFUSED_OR_AWAY);
  });
});

describeConsole(
  'the console: an administrator who must have a second factor',
  { REQUIRE_ADMIN_MFA: 'true' },
  (suite) => {
    it('is led through its set-up at the first sign-in, and then to where they wanted to go', async () => {
      const page = await suite.visit('/console/policies?q=viewer');
      await page.getByRole('heading', { level: 1, name: 'A second factor is required' }).waitFor();
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Set it up' }).click();
      const secret = await page.getByText('Or type the key').locator('code').innerText();
      await page.getByRole('img', { name: 'QR code of the key below' }).waitFor();
      await expectAccessible(page);
      await page.getByLabel('Code').fill(codeOf(secret));
      await page.getByRole('button', { name: 'Confirm' }).click();
      await page.getByRole('heading', { level: 1, name: 'Keep your recovery codes' }).waitFor();
      expect(await page.getByRole('listitem').count()).toBe(10);
      await expectAccessible(page);
      await page.getByRole('button', { name: 'I have kept them' }).click();
      await page.getByRole('heading', { level: 1, name: 'Policies' }).waitFor();
      await page.waitForURL(/q=viewer/);
    });
  },
);
