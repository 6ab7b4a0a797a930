import { readFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { expectAccessible } from './support/console-page.js';
import { describeConsole } from './support/console-suite.js';

const numbersOf = async (page: Page) => {
  const names = await page.getByRole('button', { name: /^Record \d+$/ }).allInnerTexts();
  return names.map(Number);
};

describeConsole('the console: audit', {}, (suite) => {
  it('filters, opens a record, and exports exactly what the filters leave', async () => {
    const id = await suite.createUser('gerda', 'viewer');
    await suite.admin.controlCenter.updateUser({ params: { id }, body: { roles: ['operator'] } });
    const page = await suite.visit('/console/audit');
    await page.getByRole('button', { name: 'user.update' }).first().click();
    await page.getByRole('list', { name: 'Active filters' }).getByText('user.update').waitFor();
    await page.getByRole('button', { name: 'user.create' }).first().waitFor({ state: 'detached' });
    const [seq] = await numbersOf(page);
    await page.getByRole('button', { name: `Record ${seq}` }).click();
    await page.getByLabel('Details').getByText('operator').waitFor();
    await page.waitForURL(/action=user\.update.*seq=/);
    await expectAccessible(page);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Export JSON Lines' }).click(),
    ]);
    const lines = (await readFile(await download.path(), 'utf8')).trim().split('\n');
    const exported = lines.map((line) => JSON.parse(line) as { seq: number; action: string });
    expect(exported.map((record) => record.action)).toEqual(exported.map(() => 'user.update'));
    expect(exported.map((record) => record.seq)).toEqual((await numbersOf(page)).reverse());
    await page.getByRole('button', { name: 'Remove the filter Action' }).click();
    await page.waitForURL((address) => !address.search.includes('action='));
    const filters = page.getByRole('search', { name: 'Filters' });
    await filters.getByLabel('User').fill('admin');
    await page.waitForURL(/user=admin/);
    await filters.getByLabel('Result').selectOption('denied');
    await page.getByText('No record matches the filters.').waitFor();
    await filters.getByLabel('Result').selectOption('success');
    await page.getByRole('button', { name: 'user.create' }).first().waitFor();
    await expectAccessible(page);
  });

  it('keeps its pages where they are while records arrive', async () => {
    for (let index = 0; index < 55; index += 1) {
      await suite.admin.controlCenter.listAuditLogs({ query: { limit: 1 } });
    }
    const page = await suite.visit('/console/audit');
    await page
      .getByRole('button', { name: /^Record/ })
      .nth(49)
      .waitFor();
    const first = await numbersOf(page);
    await suite.createUser('hanna', 'viewer');
    await page.getByRole('link', { name: 'Older' }).click();
    await page.waitForURL(/before=/);
    await page.getByRole('button', { name: `Record ${first.at(-1)! - 1}` }).waitFor();
    const second = await numbersOf(page);
    expect(second[0]).toBe(first.at(-1)! - 1);
    await page.reload();
    await page.getByRole('button', { name: `Record ${second[0]}` }).waitFor();
    expect(await numbersOf(page)).toEqual(second);
    await page.getByRole('link', { name: 'Newest' }).click();
    await page.waitForURL((address) => !address.search.includes('before='));
  });

  it('verifies the trail, and shows its signed checkpoints and keys', async () => {
    const page = await suite.visit('/console/audit');
    await page.getByRole('link', { name: 'Verify' }).click();
    await page.getByRole('button', { name: 'Verify' }).click();
    await page.locator('[data-status=Verified]').waitFor();
    await page.getByText(/^\d[\d,]* records are unchanged\.$/).waitFor();
    await page.getByRole('region', { name: 'Public keys' }).getByText('BEGIN PUBLIC KEY').waitFor();
    await expectAccessible(page);
  });
});
