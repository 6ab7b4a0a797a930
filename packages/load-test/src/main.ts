import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { LoadClient, signIn } from './client.js';
import { readOptions, USAGE, type LoadOptions } from './options.js';
import { startOwnPlatform, type OwnPlatform } from './own-platform.js';
import { htmlReport } from './report-html.js';
import { textReport, type ReportedRun } from './report-text.js';
import { figuresOf } from './samples.js';
import { runScenario } from './scenario.js';

/** @returns the exit status: 0 where every answer was as expected, 1 where not, 2 for wrong options */
export async function main(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  let options: LoadOptions;
  try {
    options = readOptions(args, environment['LOAD_PASSWORD']);
  } catch (error) {
    // Safe cast: only errors are thrown.
    process.stderr.write(`${(error as Error).message}\n\n${USAGE}\n`);
    return 2;
  }
  let own: OwnPlatform | undefined;
  const stopping = new AbortController();
  const onSignal = () => stopping.abort();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, onSignal);
  try {
    if (!options.target) process.stdout.write('starting a platform of its own …\n');
    own = options.target ? undefined : await startOwnPlatform(environment);
    if (stopping.signal.aborted) return 1;
    const run = await load(options, own);
    process.stdout.write(`\n${textReport(run)}\n`);
    const page = await write(options.out, run);
    process.stdout.write(`report: ${page}\n`);
    return run.figures.total.errors === 0 ? 0 : 1;
  } catch (error) {
    // Safe cast: only errors are thrown.
    process.stderr.write(`${(error as Error).message}\n`);
    return 1;
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.removeListener(signal, onSignal);
    await own?.stop();
  }
}

async function load(
  { target, seconds, clients }: LoadOptions,
  own: OwnPlatform | undefined,
): Promise<ReportedRun> {
  const { orchestratorUrl, controlCenterUrl, username, password } = (target ?? own)!;
  const token = await signIn(controlCenterUrl, username, password);
  const client = new LoadClient(orchestratorUrl, token);
  const before = await completedTasks(orchestratorUrl);
  const at = new Date();
  const began = performance.now();
  process.stdout.write(`${clients} clients, ${seconds} s, at ${orchestratorUrl} …\n`);
  await runScenario(client, { seconds, clients, ours: own !== undefined });
  const figures = figuresOf(client.samples, (performance.now() - began) / 1000);
  const after = await completedTasks(orchestratorUrl);
  const completed = before === undefined || after === undefined ? undefined : after - before;
  return { figures, clients, target: orchestratorUrl, at, completedTasks: completed };
}

async function completedTasks(url: string): Promise<number | undefined> {
  const text = await fetch(`${url}/metrics`).then((answer) => answer.text());
  const count = /^orchestrator_tasks_total\{status="completed"\} (\d+)/m.exec(text)?.[1];
  return count === undefined ? undefined : Number(count);
}

/**
 * Writes the same figures for people, for a browser and for programs.
 * @returns the page's path
 */
async function write(out: string, run: ReportedRun): Promise<string> {
  const folder = resolve(out);
  await mkdir(folder, { recursive: true });
  const name = join(folder, `load-${run.at.toISOString().replaceAll(':', '-').slice(0, 19)}`);
  await Promise.all([
    writeFile(`${name}.txt`, textReport(run)),
    writeFile(`${name}.json`, `${JSON.stringify(run, null, 2)}\n`),
    writeFile(`${name}.html`, htmlReport(run)),
  ]);
  return `${name}.html`;
}
