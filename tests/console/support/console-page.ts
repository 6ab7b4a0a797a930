import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { PATIENCE_MS } from '@provisioning/test-kit';
import type { Browser, BrowserContext, Page, Request } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** A theme changes colours only, so the other rules are checked once. */
const RULES_OF_THEMES = { light: RULES, dark: { type: 'rule', values: ['color-contrast'] } } as const;
const SIZES = [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
];

/** How long a page that may hang is asked what it shows. */
const DESCRIPTION_MS = 30_000;

/** A page of the console in a separate browser profile, and all errors in it. */
export interface ConsolePage {
  page: Page;
  context: BrowserContext;
  /** Errors of scripts and of the console, policy reports, requests to other origins. */
  troubles: string[];
  signIn(username: string, password: string): Promise<void>;
  /** Its address, its requests without a response, and what it shows: the material for a failed test. */
  describe(): Promise<string>;
  close(): Promise<void>;
}

export async function openConsole(browser: Browser, url: string, path = '/'): Promise<ConsolePage> {
  const context = await browser.newContext({ viewport: SIZES[0]!, ignoreHTTPSErrors: true });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const troubles: string[] = [];
  const waiting = new Set<Request>();
  page.on('request', (request) => waiting.add(request));
  page.on('requestfinished', (request) => waiting.delete(request));
  page.on('requestfailed', (request) => waiting.delete(request));
  page.on('console', (message) => void (message.type() === 'error' && troubles.push(message.text())));
  page.on('pageerror', (error) => void troubles.push(String(error.stack)));
  page.on('request', (request) => {
    const requested = request.url();
    if (!requested.startsWith(url) && !requested.startsWith('data:')) troubles.push(`requested ${requested}`);
  });
  await page.goto(url + path);
  return {
    page,
    context,
    troubles,
    async signIn(username, password) {
      await page.getByLabel('Username').fill(username);
      await page.getByLabel('Password').fill(password);
      await page.getByRole('button', { name: 'Sign in' }).click();
    },
    describe: async () => {
      const requests = [...waiting].map((request) => `${request.method()} ${request.url()}`);
      const shown = await page.locator('body').ariaSnapshot({ timeout: DESCRIPTION_MS });
      return `${page.url()}, without a response: ${requests.join(', ') || 'none'}\n${shown}`;
    },
    close: () => context.close(),
  };
}

/** The theme in which another state of a page is checked, by width. */
const THEME_OF_WIDTH: Readonly<Record<number, 'light' | 'dark'>> = { 1280: 'light', 390: 'dark' };
/** The pages that were checked in both themes at both widths. */
const checked = new Set<string>();

/**
 * Checks the page against the rules for accessibility, light and dark, wide and narrow; it must fit its width. Other states
 * of the same page are checked wide and light, narrow and dark.
 */
export async function expectAccessible(page: Page): Promise<void> {
  const { pathname } = new URL(page.url());
  const isKnown = checked.has(pathname);
  for (const size of SIZES) {
    await page.setViewportSize(size);
    for (const colorScheme of isKnown ? [THEME_OF_WIDTH[size.width]!] : (['light', 'dark'] as const)) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const found = await violationsOf(page, isKnown ? RULES : RULES_OF_THEMES[colorScheme]);
      await takeScreenshot(page, `${size.width}-${colorScheme}`);
      expect({ url: page.url(), size: size.width, colorScheme, found }).toMatchObject({ found: [] });
    }
    const excess = await page.evaluate(
      'document.documentElement.scrollWidth - document.documentElement.clientWidth',
    );
    expect({ url: page.url(), size: size.width, excess }).toMatchObject({ excess: 0 });
  }
  checked.add(pathname);
  await page.setViewportSize(SIZES[0]!);
  await page.emulateMedia({ colorScheme: 'light' });
}

/** Into the folder CONSOLE_SCREENSHOTS, where that is set: to be looked at, not compared. */
export async function takeScreenshot(page: Page, variant: string): Promise<void> {
  const folder = process.env['CONSOLE_SCREENSHOTS'];
  if (folder === undefined) return;
  const name = new URL(page.url()).pathname.replaceAll(/[^a-z0-9]+/gi, '-').slice(9);
  await page.screenshot({ path: join(folder, `${name}-${variant}.png`), fullPage: true });
}

interface Axe {
  run(
    options: object,
  ): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>;
}

/** In the page's own context, which the page's policy closes to scripts but not to the debugger. */
async function violationsOf(
  page: Page,
  rules: typeof RULES | (typeof RULES_OF_THEMES)[keyof typeof RULES_OF_THEMES],
): Promise<string[]> {
  if (!(await page.evaluate("'axe' in globalThis"))) await page.evaluate(AXE);
  return page.evaluate(async (runOnly) => {
    const { axe } = globalThis as unknown as { axe: Axe };
    const { violations } = await axe.run({ runOnly, resultTypes: ['violations'] });
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 300)} ${nodes[0]?.failureSummary}`,
    );
  }, rules);
}
