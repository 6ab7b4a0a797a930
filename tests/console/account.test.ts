import { expect, it } from '@jest/globals';
import { codeOf } from './support/authenticator.js';
import { expectAccessible } from './support/console-page.js';
import { describeConsole, PASSWORD } from './support/console-suite.js';

const NEXT = 'another correct horse 99';

describeConsole('the console: account', {}, (suite) => {
  it('changes the password, which ends the other sessions', async () => {
    await suite.createUser('ida', 'viewer');
    const other = await suite.visit('/console/tasks', 'ida');
    await other.getByText('Live', { exact: true }).waitFor();
    const page = await suite.visit('/console/account?tab=password', 'ida');
    await page.getByLabel('Current password').fill('not this one');
    await page.getByLabel('New password').fill(NEXT);
    await page.getByLabel('Repeat it').fill(NEXT);
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByRole('alert').waitFor();
    expect(await page.getByLabel('Current password').getAttribute('aria-invalid')).toBe('true');
    await page.getByLabel('Current password').fill(PASSWORD);
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByText('Your password has been changed.').waitFor();
    await other.getByRole('dialog', { name: 'Your session has ended' }).waitFor();
    suite.expectRefusals();
  });

  it('lists the sessions, and ends all others', async () => {
    await suite.createUser('jana', 'viewer');
    await suite.signedIn('jana');
    await suite.signedIn('jana');
    const page = await suite.visit('/console/account?tab=sessions', 'jana');
    await page.getByText('This session').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'End all others' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'End 2 sessions' }).click();
    await page.getByRole('button', { name: 'End', exact: true }).first().waitFor({ state: 'detached' });
    await page.getByText('This session').waitFor();
  });

  it('sets up a second factor, asks for its code at sign-in, takes a recovery code once, and turns it off', async () => {
    await suite.createUser('karl', 'viewer');
    const page = await suite.visit('/console/account', 'karl');
    await page.getByText('karl@example.com').waitFor();
    await expectAccessible(page);
    await page.getByRole('tab', { name: 'Second factor' }).click();
    await page.getByRole('textbox', { name: 'Password' }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Set it up' }).click();
    const secret = await page.getByText('Or type the key').locator('code').innerText();
    await expectAccessible(page);
    await page.getByRole('textbox', { name: 'Code' }).fill(codeOf(secret));
    await page.getByRole('button', { name: 'Confirm' }).click();
    const dialog = page.getByRole('alertdialog', { name: 'Keep your recovery codes' });
    await dialog.locator('code span').first().waitFor();
    const codes = await dialog.locator('code span').allInnerTexts();
    expect(codes).toHaveLength(10);
    await dialog.getByRole('checkbox').check();
    await expectAccessible(page);
    await dialog.getByRole('button', { name: 'Close' }).click();
    await page.getByText('Signing in takes a code').waitFor();
    await expectAccessible(page);

    // A code is good once: the next one is that of the next step.
    const second = await suite.visit('/console/tasks', 'karl');
    await second.getByLabel('Code').fill('000000');
    await second.getByRole('button', { name: 'Sign in' }).click();
    await second.getByRole('alert').waitFor();
    await expectAccessible(second);
    await second.getByLabel('Code').fill(codeOf(secret, 1));
    await second.getByRole('button', { name: 'Sign in' }).click();
    await second.getByRole('heading', { level: 1, name: 'Tasks' }).waitFor();

    for (const isGood of [true, false]) {
      const third = await suite.visit('/console/tasks', 'karl');
      await third.getByLabel('Code').fill(codes[0]!);
      await third.getByRole('button', { name: 'Sign in' }).click();
      const end = isGood ? third.getByRole('heading', { level: 1, name: 'Tasks' }) : third.getByRole('alert');
      await end.waitFor();
    }

    const form = page.getByRole('form', { name: 'Disable second factor' });
    await form.getByLabel('Password').fill(PASSWORD);
    await form.getByLabel('Code').fill(codes[1]!);
    await form.getByRole('button', { name: 'Disable second factor' }).click();
    await page.getByText('The password alone signs you in.').waitFor();
    suite.expectRefusals();
  });

  it('remembers preferences in this browser', async () => {
    const page = await suite.visit('/console/account?tab=preferences');
    await page.getByLabel('Theme').selectOption('Dark');
    await page.getByLabel('Density').selectOption('Comfortable');
    await page.getByLabel('Time zone').selectOption('UTC');
    await page.reload();
    expect(await page.getByLabel('Theme').inputValue()).toBe('dark');
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
    expect(await page.locator('html').getAttribute('data-density')).toBe('comfortable');
    const colour = await page.evaluate<string>('getComputedStyle(document.body).color');
    expect(colour).toBe('rgb(232, 235, 240)');
    await page.getByLabel('Theme').selectOption('As the system');
    await expectAccessible(page);
  });
});
