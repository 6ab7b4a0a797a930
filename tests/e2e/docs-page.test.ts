import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { PATIENCE_MS } from '@provisioning/test-kit';
import type { Browser } from 'playwright-core';
import { describeWithBrowser, openBrowser } from '../support/browser.js';
import { startPlatform, type RunningPlatform } from '../support/running-platform.js';

describeWithBrowser('the API documentation, in a real browser', () => {
  let platform: RunningPlatform;
  let browser: Browser;

  beforeAll(async () => {
    platform = await startPlatform();
    browser = await openBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await platform.stop();
  });

  it.each([
    ['orchestrator', () => platform.orchestratorUrl, '/workflows/servers/create'],
    ['control center', () => platform.controlCenterUrl, '/auth/login'],
  ])(
    'shows the operations of the %s, under its own policy and from its own origin only',
    async (_service, url, path) => {
      const page = await browser.newPage();
      page.setDefaultTimeout(PATIENCE_MS);
      const troubles: string[] = [];
      const elsewhere: string[] = [];
      page.on('console', (message) => void (message.type() === 'error' && troubles.push(message.text())));
      page.on('pageerror', (error) => void troubles.push(error.message));
      page.on('request', (request) => {
        const requested = request.url();
        if (!requested.startsWith(url()) && !requested.startsWith('data:')) elsewhere.push(requested);
      });
      await page.goto(`${url()}/docs`);
      await page.getByText(path, { exact: true }).first().waitFor();
      // Requests of the page go to the address where it was opened, whichever port that is.
      expect(await page.locator('.servers select').inputValue()).toBe(url());
      expect(troubles).toEqual([]);
      expect(elsewhere).toEqual([]);
      await page.close();
    },
  );
});
