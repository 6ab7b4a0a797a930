import { expect, it } from '@jest/globals';
import { waitFor } from '@provisioning/test-kit';
import { expectAccessible } from './support/console-page.js';
import { describeConsole, PASSWORD } from './support/console-suite.js';

describeConsole('the console: users and API tokens', {}, (suite) => {
  it('creates a user, names the faulty field first, and finds the user by role', async () => {
    const page = await suite.visit('/console/users');
    await page.getByRole('link', { name: 'New user' }).click();
    await page.getByLabel('Username').fill('berta');
    await page.getByRole('textbox', { name: 'E-mail' }).fill('berta@example.com');
    await page.getByLabel('Initial password').fill('password1234');
    await page.getByRole('checkbox', { name: 'auditor' }).check();
    await page.getByRole('button', { name: 'Create user' }).click();
    await page.getByRole('alert').waitFor();
    expect(await page.getByLabel('Initial password').getAttribute('aria-invalid')).toBe('true');
    await expectAccessible(page);
    await page.getByLabel('Initial password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Create user' }).click();
    await page.getByRole('heading', { level: 1, name: 'berta' }).waitFor();
    await page.locator('[data-status=Enabled]').first().waitFor();
    await expectAccessible(page);
    await page.getByRole('link', { name: 'Users' }).click();
    await page.getByLabel('Role', { exact: true }).fill('auditor');
    await page.waitForURL(/role=auditor/);
    await page.getByRole('row', { name: /admin@/ }).waitFor({ state: 'detached' });
    await page.reload();
    await page.getByRole('row', { name: /berta/ }).waitFor();
    await expectAccessible(page);
    suite.expectRefusals();
  });

  it('shows what another person changed meanwhile, and keeps what was typed', async () => {
    const id = await suite.createUser('carla', 'viewer');
    const page = await suite.visit(`/console/users/${id}`);
    await page.getByRole('textbox', { name: 'E-mail' }).fill('carla@new.example.com');
    await suite.admin.controlCenter.updateUser({ params: { id }, body: { roles: ['auditor'] } });
    await page.getByRole('button', { name: 'Save' }).click();
    const conflict = page.getByRole('alert').filter({ hasText: 'Another person changed this user' });
    await conflict.getByRole('row', { name: 'roles viewer auditor viewer' }).waitFor();
    expect(await page.getByRole('textbox', { name: 'E-mail' }).inputValue()).toBe('carla@new.example.com');
    await expectAccessible(page);
    await conflict.getByRole('button', { name: 'Keep my changes' }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('definition').getByText('carla@new.example.com').waitFor();
    const saved = await suite.admin.controlCenter.getUser({ params: { id } });
    expect(saved).toMatchObject({ email: 'carla@new.example.com', roles: ['auditor'] });
    suite.expectRefusals();
  });

  it('ends the session in another browser when the user is disabled, and deletes the user', async () => {
    const id = await suite.createUser('doris', 'viewer');
    const theirs = await suite.visit('/console/tasks', 'doris');
    await theirs.getByText('Live', { exact: true }).waitFor();
    const page = await suite.visit(`/console/users/${id}`);
    await page.getByRole('button', { name: 'Disable' }).click();
    const dialog = page.getByRole('alertdialog', { name: 'Disable doris?' });
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Disable user' }).click();
    await page.locator('[data-status=Disabled]').first().waitFor();
    await theirs.getByRole('dialog', { name: 'Your session has ended' }).waitFor();
    await page.getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete user' }).click();
    await page.getByRole('heading', { level: 1, name: 'Users' }).waitFor();
    await page.getByRole('row', { name: /doris/ }).waitFor({ state: 'detached' });
    suite.expectRefusals();
  });

  it('creates an API token that works, shows it once, and refuses it after its deletion', async () => {
    const page = await suite.visit('/console/tokens');
    await page.getByText('You have no API token.').waitFor();
    await page.getByRole('button', { name: 'New token' }).click();
    await page.getByLabel('Name').fill('pipeline');
    await page.getByRole('checkbox', { name: 'admin' }).check();
    await page.getByLabel('Valid for').selectOption('7 days');
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Create token' }).click();
    const dialog = page.getByRole('alertdialog', { name: 'Keep the new API token' });
    const token = await dialog.locator('code').innerText();
    const close = dialog.getByRole('button', { name: 'Close' });
    expect(await close.isDisabled()).toBe(true);
    await page.keyboard.press('Escape');
    await dialog.getByRole('checkbox', { name: 'I have kept the token' }).check();
    await expectAccessible(page);
    await close.click();
    await page.getByRole('row', { name: /pipeline.*6 days left/ }).waitFor();
    expect(await page.content()).not.toContain(token);
    await expectAccessible(page);
    const headers = { Authorization: `Bearer ${token}` };
    const url = `${suite.platform.orchestratorUrl}/tasks`;
    expect((await fetch(url, { headers })).status).toBe(200);
    await page.getByRole('button', { name: 'Delete pipeline' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Delete token' }).click();
    await page.getByText('You have no API token.').waitFor();
    await waitFor(async () => (await fetch(url, { headers })).status === 401);
  });
});
