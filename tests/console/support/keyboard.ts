import { expect } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';

/** More than the controls of any page that is tested. */
const MOST_PRESSES = 150;

/** Moves the focus to an element by the Tab key alone. The element must then show that it has the focus. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  const focused = target.and(page.locator(':focus-visible'));
  for (let presses = 0; presses < MOST_PRESSES; presses += 1) {
    await page.keyboard.press('Tab');
    if ((await focused.count()) === 0) continue;
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).not.toBe('none');
    return;
  }
  throw new Error(`The Tab key does not reach ${String(target)}.`);
}
