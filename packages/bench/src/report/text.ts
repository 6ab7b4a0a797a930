import type { Comparison } from '../compare.js';
import { absentee, rounded, settingLine, verdict, type Report } from './report.js';

/** For a terminal and for docs/bench: Markdown. */
export function textOf({ suite, measuredAt, machine, comparisons }: Report): string {
  return [
    `# Benchmark: ${suite}`,
    '',
    settingLine(measuredAt, machine),
    '',
    'Medians (smallest to largest) of interleaved rounds. The ratio is to the first line of each table, round by round;',
    'above 1 is better. Absolute figures mean nothing on another machine.',
    ...comparisons.flatMap((comparison) => ['', ...tableOf(comparison)]),
    '',
  ].join('\n');
}

function tableOf({ title, unit, rounds, results, bars, absent, notes }: Comparison): string[] {
  const remarks = [...bars.map(verdict), ...absent.map(absentee), ...notes];
  return [
    `## ${title}`,
    '',
    `| ${rounds} rounds | ${unit} | ratio |`,
    '| --- | --- | --- |',
    ...results.map(
      ({ contender, measured, ratio }) =>
        `| ${contender} | ${rounded(measured.median)} (${rounded(measured.min)} to ${rounded(measured.max)}) | ${rounded(ratio.median)} (${rounded(ratio.min)} to ${rounded(ratio.max)}) |`,
    ),
    ...(remarks.length > 0 ? ['', ...remarks.map((remark) => `- ${remark}`)] : []),
  ];
}
