// Takes pictures of the main pages of the console, in light and dark, of a platform that runs: `npm run demo` first.
//   npm run screenshots -- [--url http://127.0.0.1:9090] [--data .data] [--out screenshots] [--width 1280] [page…]
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    url: { type: 'string', default: 'http://127.0.0.1:9090' },
    data: { type: 'string', default: '.data' },
    out: { type: 'string', default: 'screenshots' },
    width: { type: 'string', default: '1280' },
  },
});

/** The pages by name. `batch` opens the oldest batch of the first page. */
const PAGES = {
  overview: '/overview',
  tasks: '/tasks',
  batches: '/batches',
  batch: '/batches',
  submit: '/submit',
  compose: '/batches/new',
  inventory: '/inventory',
  drift: '/drift',
  journal: '/journal',
  checkpoints: '/checkpoints',
  rollbacks: '/rollbacks',
  users: '/users',
  policies: '/policies',
  'who-may': '/policies/who-may',
  audit: '/audit',
  verify: '/audit/verify',
  tokens: '/tokens',
  webhooks: '/webhooks',
  health: '/health',
  account: '/account',
};

const wanted = positionals.length > 0 ? positionals : Object.keys(PAGES);
const unknown = wanted.filter((name) => !(name in PAGES));
if (unknown.length > 0) {
  console.error(`Unknown page ${unknown.join(', ')}. Pages: ${Object.keys(PAGES).join(', ')}.`);
  process.exit(2);
}
const password = (await readFile(join(values.data, 'admin-password'), 'utf8')).trim();
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
try {
  const page = await browser.newPage({ viewport: { width: Number(values.width), height: 800 } });
  await page.goto(`${values.url}/console/`);
  await page.getByLabel('Username').fill('admin');
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('Live', { exact: true }).waitFor();
  for (const name of wanted) {
    await page.goto(`${values.url}/console${PAGES[name]}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    if (name === 'batch') await openOldestBatch(page);
    await page.waitForLoadState('networkidle');
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      const path = join(values.out, `${name}-${colorScheme}.png`);
      await page.screenshot({ path });
      console.log(path);
    }
    // A user has 100 requests a minute.
    await page.waitForTimeout(2_000);
  }
} finally {
  await browser.close();
}

async function openOldestBatch(page) {
  await page.locator('tbody tr a').last().click();
  await page.getByRole('tab', { name: 'Graph' }).click();
  await page.getByRole('heading', { level: 1 }).waitFor();
}
