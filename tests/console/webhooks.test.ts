import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from '@jest/globals';
import { expectAccessible } from './support/console-page.js';
import { describeConsole } from './support/console-suite.js';

/** An endpoint that answers with this status, until another is set. */
async function startReceiver(status: number) {
  const received: string[] = [];
  const receiver = { status, received, url: '', close: (): void => undefined };
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (piece: Buffer) => (text += piece.toString()));
    request.on('end', () => {
      received.push(text);
      response.writeHead(receiver.status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
  receiver.close = () => {
    server.closeAllConnections();
    server.close();
  };
  return receiver;
}

describeConsole('the console: webhooks', { WEBHOOKS_ALLOW_PRIVATE: 'true' }, (suite) => {
  it('creates a webhook, shows its secret once, sends a test, and redelivers what failed', async () => {
    const receiver = await startReceiver(400);
    try {
      const page = await suite.visit('/console/webhooks');
      await page.getByText('There is no webhook.').waitFor();
      await page.getByRole('link', { name: 'New webhook' }).click();
      await page.getByLabel('Address').fill(receiver.url);
      await page.getByLabel('Description').fill('pager');
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Create webhook' }).click();
      const dialog = page.getByRole('alertdialog', { name: 'Keep the secret of the webhook' });
      const secret = await dialog.locator('code').innerText();
      await dialog.getByRole('checkbox').check();
      await dialog.getByRole('button', { name: 'Close' }).click();
      await page.getByRole('heading', { level: 1, name: 'pager' }).waitFor();
      expect(await page.content()).not.toContain(secret);
      await page.getByRole('button', { name: 'Send a test' }).click();
      const row = page.getByRole('row', { name: /ping/ });
      await row.waitFor();
      await row.getByText('HTTP 400').waitFor();
      await expectAccessible(page);
      receiver.status = 200;
      await page.getByRole('button', { name: 'Redeliver' }).first().click();
      await page.locator('[data-status=Delivered]').first().waitFor();
      expect(receiver.received.length).toBeGreaterThan(1);
      await page.getByLabel('Description').fill('the pager');
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('heading', { level: 1, name: 'the pager' }).waitFor();
      await page.getByRole('button', { name: 'Disable' }).click();
      await page.getByRole('alertdialog').getByRole('button', { name: 'Disable webhook' }).click();
      await page.locator('[data-status=Disabled]').first().waitFor();
      await page.getByRole('link', { name: 'Webhooks' }).click();
      await page.getByRole('row', { name: /the pager/ }).waitFor();
      await expectAccessible(page);
      await page
        .getByRole('row', { name: /the pager/ })
        .getByRole('link')
        .click();
      await page.getByRole('button', { name: 'Delete' }).click();
      await page.getByRole('alertdialog').getByRole('button', { name: 'Delete webhook' }).click();
      await page.getByText('There is no webhook.').waitFor();
    } finally {
      receiver.close();
    }
  });
});
