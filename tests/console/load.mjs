// Opens large batches in the console while they run, and reports what a person would notice
// (docs/how-to/load-test.md): npm run test:load -- --console [--sizes 2000,10000]
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { startOwnPlatform } from '../../packages/load-test/dist/own-platform.js';

const PARALLEL = 100;
/** Operations on one level of the graph; each depends on one of the level before. */
const WIDTH = 100;
const SAMPLE_MS = 10_000;
const PATIENCE_MS = 300_000;

/** @returns the exit status: 0 where every batch was shown whole, 1 where not, 2 for wrong options */
export async function main(args) {
  const sizes = sizesOf(args);
  if (!sizes) {
    console.error('--sizes takes whole numbers from 1 to 10000, separated by commas.');
    return 2;
  }
  console.log('starting a platform of its own …');
  const platform = await startOwnPlatform(process.env);
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.setDefaultTimeout(PATIENCE_MS);
    const troubles = [];
    page.on('pageerror', (error) => troubles.push(String(error)));
    await signIn(page, platform);
    await page.goto(`${platform.orchestratorUrl}/console/account`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    report('empty page', await page.evaluate(FRAMES));
    for (const size of sizes) await measure(page, platform, size);
    for (const trouble of troubles) console.error(trouble);
    return troubles.length === 0 ? 0 : 1;
  } finally {
    await browser.close();
    await platform.stop();
  }
}

function sizesOf(args) {
  const { values } = parseArgs({ args, options: { sizes: { type: 'string', default: '2000,10000' } } });
  const sizes = values.sizes.split(',').map(Number);
  return sizes.every((size) => Number.isInteger(size) && size >= 1 && size <= 10_000) ? sizes : undefined;
}

async function signIn(page, { orchestratorUrl, username, password }) {
  await page.goto(`${orchestratorUrl}/console/`);
  await page.getByLabel('Username').fill(username);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('Live', { exact: true }).waitFor();
}

/** A batch while it runs as graph, then as table, and its end. */
async function measure(page, platform, size) {
  const id = await submit(page, size);
  const address = `${platform.orchestratorUrl}/console/batches/${id}`;
  await page.goto(`${address}?view=graph`);
  await painted(page);
  report(`${size} operations, graph`, {
    'painted after data ms': await page.evaluate(PAINTED_AFTER_DATA),
    ...(await page.evaluate(FRAMES)),
  });
  await page.goto(address);
  const find = page.getByLabel('Find an operation');
  await find.waitFor();
  await page.evaluate(OBSERVE_INPUT);
  const last = `op-${size - 1}`;
  await find.pressSequentially(last, { delay: 100 });
  await page.getByRole('button', { name: last, exact: true }).waitFor();
  report(`${size} operations, table`, {
    'input to paint ms (longest)': await page.evaluate('globalThis.slowestInput'),
    ...(await page.evaluate(FRAMES)),
  });
  await page
    .getByRole('main')
    .getByText(`${size.toLocaleString('en')} of`, { exact: false })
    .first()
    .waitFor();
  const heap = await page.evaluate('Math.round(performance.memory.usedJSHeapSize / 1e6)');
  report(`${size} operations, completed`, { 'heap MB': heap });
}

/** The policy of the page forbids what waitForFunction evaluates in it. */
async function painted(page) {
  const until = Date.now() + PATIENCE_MS;
  while (!(await page.evaluate("performance.getEntriesByName('graph-painted').length > 0"))) {
    if (Date.now() > until) throw new Error('The graph was not painted in time.');
    await page.waitForTimeout(100);
  }
}

/** Through the gateway of the console, as its pages do. @returns the id of the batch */
async function submit(page, size) {
  const operations = Array.from({ length: size }, (_, index) => ({
    id: `op-${index}`,
    type: 'server_batch',
    provider: 'noop',
    infra: `console-load-${size}`,
    dependencies: index < WIDTH ? [] : [`op-${index - WIDTH}`],
    server_configs: [{ name: `op-${index}`, plan: 'small', zone: 'here' }],
  }));
  const body = JSON.stringify({ name: `load-of-${size}`, parallel_limit: PARALLEL, operations });
  return page.evaluate(async (text) => {
    const answer = await fetch('/console/api/orchestrator/batch/execute', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Provisioning-Console': '1' },
      body: text,
    });
    const { data, error } = await answer.json();
    if (!answer.ok) throw new Error(error);
    return data.batch_id;
  }, body);
}

/** From the end of the last answer with the batch before the first paint of the graph, in ms. */
const PAINTED_AFTER_DATA = `(() => {
  const [painted] = performance.getEntriesByName('graph-painted');
  const answers = performance.getEntriesByType('resource').filter(
    ({ name, responseEnd }) => name.includes('/batch/operations/') && responseEnd <= painted.startTime,
  );
  return Math.round(painted.startTime - Math.max(...answers.map(({ responseEnd }) => responseEnd)));
})()`;

/** Keeps the longest time from an input to the next paint. */
const OBSERVE_INPUT = `globalThis.slowestInput = 0;
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) globalThis.slowestInput = Math.max(globalThis.slowestInput, duration);
}).observe({ type: 'event', durationThreshold: 16 });`;

/** Times between frames, and the number of long tasks, over some seconds. */
const FRAMES = `new Promise((resolve) => {
  const times = [];
  let longTasks = 0;
  const observer = new PerformanceObserver((list) => (longTasks += list.getEntries().length));
  observer.observe({ type: 'longtask' });
  const began = performance.now();
  let before = began;
  const next = (now) => {
    times.push(now - before);
    before = now;
    if (now - began < ${SAMPLE_MS}) return void requestAnimationFrame(next);
    observer.disconnect();
    times.sort((a, b) => a - b);
    const at = (share) => Math.round(times[Math.floor(share * (times.length - 1))] * 10) / 10;
    resolve({ 'frame p50 ms': at(0.5), 'frame p95 ms': at(0.95), 'long tasks': longTasks });
  };
  requestAnimationFrame(next);
})`;

function report(what, figures) {
  const text = Object.entries(figures).map(([name, value]) => `${name} ${value}`);
  console.log(`${what}: ${text.join(', ')}`);
}
