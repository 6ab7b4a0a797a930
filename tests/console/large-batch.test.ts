import { expect, it } from '@jest/globals';
import type { BatchRequest } from '@provisioning/contracts';
import type { Page } from 'playwright-core';
import { expectAccessible } from './support/console-page.js';
import { describeConsole } from './support/console-suite.js';

const COUNT = 2_000;
/** How much longer than on an empty page the slowest frames may take while 2,000 operations change. */
const MOST_TIMES = 25;

describeConsole('a large batch in the console', { RATE_LIMIT_BATCH: '0' }, (suite) => {
  /** The first operation runs until the batch is cancelled; the others depend on it in layers of 100. */
  async function submit(): Promise<string> {
    const body: BatchRequest = {
      name: 'large',
      operations: Array.from({ length: COUNT }, (_, index) => ({
        id: `op-${index}`,
        type: 'command_batch' as const,
        infra: 'large',
        commands: [index === 0 ? 'sleep 600' : 'true'],
        dependencies: index === 0 ? [] : [`op-${Math.max(0, index - 100)}`],
      })),
    };
    return (await suite.admin.orchestrator.executeBatch({ body })).batch_id;
  }

  /** Notes the time of every frame until {@link framesOf} asks. */
  const recordFrames = (page: Page) =>
    page.evaluate(`
      globalThis.frames = [];
      let last = performance.now();
      const note = (now) => { frames.push(now - last); last = now; requestAnimationFrame(note); };
      requestAnimationFrame(note);
    `);
  const framesOf = async (page: Page) => {
    const frames = await page.evaluate<number[]>('frames');
    const sorted = frames.toSorted((a, b) => a - b);
    return { count: sorted.length, p95: sorted[Math.floor(sorted.length * 0.95)] ?? Infinity };
  };

  /** The policy of the page keeps Playwright from evaluating the condition in it. */
  async function until(page: Page, condition: string): Promise<void> {
    while (!(await page.evaluate<boolean>(condition))) await page.waitForTimeout(50);
  }

  it('paints 2,000 operations, finds any of them, and shows how all of them change', async () => {
    const id = await submit();
    const empty = await suite.visit('/console/checkpoints');
    await empty.getByText('There is no checkpoint yet.').waitFor();
    await recordFrames(empty);
    await until(empty, 'frames.length > 60');
    const idle = await framesOf(empty);

    const page = await suite.visit(`/console/batches/${id}`);
    const found = page.getByRole('searchbox', { name: 'Find an operation' });
    await found.fill('op-1789');
    await page.getByRole('button', { name: 'op-1789', exact: true }).click();
    await page.getByRole('complementary', { name: 'Operation op-1789' }).waitFor();
    await page.keyboard.press('Escape');
    await found.fill('');
    await page.getByRole('tab', { name: 'Graph' }).click();
    await until(page, `performance.getEntriesByName('graph-painted').length > 0`);
    const painted = await page.evaluate<number>(`performance.getEntriesByName('graph-painted')[0].startTime`);
    await page.getByRole('button', { name: /^op-0, Running/ }).waitFor();
    await recordFrames(page);
    await suite.admin.orchestrator.cancelBatch({ params: { id } });
    await page.getByRole('button', { name: /^op-0, Cancelled/ }).waitFor();
    await page.getByText('Cancelled', { exact: true }).first().waitFor();
    const busy = await framesOf(page);
    await page.getByRole('tab', { name: 'Table' }).click();
    await page.getByRole('button', { name: `Cancelled ${COUNT.toLocaleString('en')}` }).waitFor();
    await expectAccessible(page);
    process.stderr.write(
      `graph of ${COUNT} operations: painted at ${Math.round(painted)} ms; frames p95 ${busy.p95.toFixed(1)} ms ` +
        `while all change (${busy.count} frames), ${idle.p95.toFixed(1)} ms on an empty page\n`,
    );
    expect(busy.p95 / idle.p95).toBeLessThan(MOST_TIMES);
  });
});
