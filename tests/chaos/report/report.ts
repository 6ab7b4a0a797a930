import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ChaosSettings } from '../settings.js';
import { numbersOf, slowestRecovery, type Findings } from './numbers.js';

const PAGE = fileURLToPath(new URL('../../../docs/chaos.md', import.meta.url));
const REPORT = /(?<=<!-- report -->\n)[\s\S]*(?=<!-- \/report -->)/;
const MAX_SHOWN = 10;

/** A table with a column for each storm. */
export function table(storms: readonly Findings[]): string {
  const columns = storms.map((findings) => ({ name: findings.name, numbers: numbersOf(findings) }));
  // Rows of later storms are placed as in their own table: after the row before them.
  const rows: string[] = [];
  for (const { numbers } of columns) {
    let place = 0;
    for (const row of numbers.keys()) {
      const known = rows.indexOf(row);
      if (known === -1) rows.splice(place, 0, row);
      place = (known === -1 ? place : known) + 1;
    }
  }
  const cells = [
    ['', ...columns.map(({ name }) => name)],
    ...rows.map((row) => [row, ...columns.map(({ numbers }) => numbers.get(row) ?? '–')]),
  ];
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  return cells
    .map((row) =>
      row
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** The violations, one line each, with the number of checked objects. */
export function brokenPromises({ violations, unasked }: Findings, histories: ReadonlyMap<string, string[]>) {
  const shown = violations
    .slice(0, MAX_SHOWN)
    .flatMap(({ promise, seen, task }) => [
      `✗ ${promise}: ${seen}`,
      ...(task === undefined ? [] : (histories.get(task) ?? [])).map((event) => `    ${event}`),
    ]);
  return [
    ...shown,
    ...(violations.length > MAX_SHOWN ? [`… and ${violations.length - MAX_SHOWN} more`] : []),
    ...unasked.map((end) => `! ended unexpectedly: ${end}`),
  ].join('\n');
}

/** The history of the task that was lost for longest. */
export function slowestHistory(
  { name, faults, lines }: Findings,
  histories: ReadonlyMap<string, string[]>,
): string {
  const { task, seconds } = slowestRecovery(faults, lines);
  if (task === undefined) return '';
  const events = (histories.get(task) ?? []).map((event) => `  ${event}`);
  return [`${name}, lost for longest (${seconds.toFixed(1)} s): ${task}`, ...events].join('\n');
}

/** Writes the table into the documentation, with the command that repeats the run. */
export function writeReport({ minutes, seed }: ChaosSettings, text: string): void {
  const date = new Date().toISOString().slice(0, 10);
  const command = `npm run test:chaos -- --minutes ${minutes} --seed ${seed}`;
  const page = readFileSync(PAGE, 'utf8');
  writeFileSync(PAGE, page.replace(REPORT, `\n${date}, \`${command}\`:\n\n\`\`\`\n${text}\n\`\`\`\n\n`));
}
