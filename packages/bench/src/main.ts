import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compare, type Comparison } from './compare.js';
import { measureCounts, textOfCounts } from './count-table.js';
import { hotPaths } from './profile/profile.js';
import { profileText } from './profile/report.js';
import { htmlOf } from './report/html.js';
import type { Report } from './report/report.js';
import { textOf } from './report/text.js';
import { thisMachine } from './setting/machine.js';
import type { Suite } from './suite.js';
import { apiSuite } from './suites/api.js';
import { controlCenterSuite } from './suites/control-center.js';
import { costSuite } from './suites/cost.js';
import { engineSuite } from './suites/engine.js';
import { eventsSuite } from './suites/events.js';
import { footprintSuite } from './suites/footprint.js';
import { historySuite } from './suites/history.js';
import { scaleOutSuite } from './suites/scale-out.js';
import { settingsSuite } from './suites/settings.js';

const SUITES: readonly Suite[] = [
  engineSuite,
  apiSuite,
  eventsSuite,
  controlCenterSuite,
  historySuite,
  scaleOutSuite,
  footprintSuite,
  costSuite,
  settingsSuite,
];
/** Not a suite: it compares nothing, but shows where the time is spent. */
const PROFILE = 'profile';
/** Beside the suites too: the table that docs/bench/counts.json holds. */
const COUNTS = 'counts';
const NAMES = [...SUITES.map(({ name }) => name), PROFILE, COUNTS];
const USAGE = `Usage: npm run bench -- [suite …] [--rounds N] [--out FOLDER]\nSuites: ${NAMES.join(', ')}`;

/** Measures the named suites, or all. @returns the exit status */
export async function main(argv: string[], defaultFolder: string): Promise<number> {
  const options = optionsOf(argv);
  if (options === undefined) return 2;
  const folder = options.out ?? defaultFolder;
  mkdirSync(folder, { recursive: true });
  for (const suite of options.suites) {
    const report = await measure(suite, options.rounds ?? suite.rounds ?? 5);
    const text = textOf(report);
    const path = (ending: string) => join(folder, `${suite.name}.${ending}`);
    writeFileSync(path('md'), text);
    writeFileSync(path('json'), `${JSON.stringify(report, null, 2)}\n`);
    writeFileSync(path('html'), htmlOf(report));
    process.stdout.write(`${text}\nKept in ${path('{md,json,html}')}\n`);
  }
  if (options.profile) await writeProfile(folder);
  if (options.counts) await writeCounts(folder);
  return 0;
}

async function writeProfile(folder: string): Promise<void> {
  const paths = await hotPaths((title) => process.stderr.write(`${title}\n`));
  const text = profileText(paths, new Date());
  const path = join(folder, `${PROFILE}.md`);
  writeFileSync(path, text);
  process.stdout.write(`${text}\nKept in ${path}\n`);
}

async function writeCounts(folder: string): Promise<void> {
  const text = textOfCounts(await measureCounts());
  const path = join(folder, `${COUNTS}.json`);
  writeFileSync(path, text);
  process.stdout.write(`${text}\nKept in ${path}\n`);
}

async function measure(suite: Suite, rounds: number): Promise<Report> {
  const { works, stop } = await suite.prepare();
  // Servers that were started for it must not outlive it.
  const interrupted = () => void stop().finally(() => process.exit(130));
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    const comparisons: Comparison[] = [];
    for (const work of works)
      comparisons.push(await compare(work, rounds, (line) => process.stderr.write(`${line}\n`)));
    return { suite: suite.name, measuredAt: new Date().toISOString(), machine: thisMachine(), comparisons };
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
    await stop();
  }
}

interface Options {
  suites: Suite[];
  profile: boolean;
  counts: boolean;
  rounds: number | undefined;
  out: string | undefined;
}

function optionsOf(argv: string[]): Options | undefined {
  try {
    const { values, positionals } = parseArgs({
      args: argv,
      allowPositionals: true,
      options: { rounds: { type: 'string' }, out: { type: 'string' } },
    });
    const isAsked = (name: string) => positionals.length === 0 || positionals.includes(name);
    const unknown = positionals.filter((name) => !NAMES.includes(name));
    if (unknown.length > 0) throw new Error(`There is no suite ${unknown.join(', ')}.`);
    const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
    if (rounds !== undefined && (!Number.isInteger(rounds) || rounds < 1))
      throw new Error(`--rounds takes a whole number above 0, not ${values.rounds}.`);
    return {
      suites: SUITES.filter(({ name }) => isAsked(name)),
      profile: isAsked(PROFILE),
      counts: isAsked(COUNTS),
      rounds,
      out: values.out,
    };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
    return undefined;
  }
}
