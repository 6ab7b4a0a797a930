import { thisMachine } from '../setting/machine.js';
import { rounded, settingLine } from '../report/report.js';
import type { HotPath } from './profile.js';
import type { Share } from './summary.js';

/** For a terminal and for docs/bench: Markdown. */
export function profileText(paths: readonly HotPath[], measuredAt: Date): string {
  return [
    '# Profile: where the time of the hottest paths goes',
    '',
    settingLine(measuredAt.toISOString(), thisMachine()),
    '',
    'Sampled by the inspector every half millisecond, in a process that runs as ever. Percent of the time in which the',
    'process did anything; a moment counts for what was running, not for its callers. "(program)" is time in system calls',
    'and in what V8 does by itself, "native code" in functions of Node that are written in C++.',
    ...paths.flatMap(({ title, busy, modules, functions }) => [
      ...['', `## ${title}`, '', `Busy for ${rounded(busy)} % of the time.`],
      ...['', ...table('module', modules), '', ...table('function', functions)],
    ]),
    '',
  ].join('\n');
}

function table(of: string, shares: readonly Share[]): string[] {
  return [
    ...[`| ${of} | % |`, '| --- | --- |'],
    ...shares.map(({ name, percent }) => `| ${name} | ${rounded(percent)} |`),
  ];
}
