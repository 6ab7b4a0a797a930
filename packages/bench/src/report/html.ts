import type { Comparison } from '../compare.js';
import { absentee, rounded, verdict, type Report } from './report.js';

const WIDTH = 720;
const LABELS = 330;
const ROW = 34;

/** A page without external resources: a plot for each comparison, with the spread of its rounds. */
export function htmlOf({ suite, measuredAt, machine, comparisons }: Report): string {
  const { node, processor, cores, memoryGiB } = machine;
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Benchmark: ${escaped(suite)}</title>
    <style>
      body { font: 15px/1.5 system-ui, sans-serif; max-width: ${WIDTH}px; margin: 2rem auto; padding: 0 1rem; color-scheme: light dark; }
      h2 { font-size: 1.05rem; margin: 2rem 0 0.3rem; }
      svg { width: 100%; height: auto; }
      ul { margin: 0.3rem 0; padding-left: 1.2rem; font-size: 0.9rem; } .missed { font-weight: 600; }
      text { font-size: 13px; fill: CanvasText; }
      .bare { fill: #8a8f98; } .ours { fill: #2f6feb; } .spread { stroke: CanvasText; stroke-width: 1.5; }
    </style>
  </head>
  <body>
    <h1>Benchmark: ${escaped(suite)}</h1>
    <p>${measuredAt.slice(0, 10)} · Node ${escaped(node)} · ${escaped(processor)}, ${cores} cores, ${memoryGiB} GiB.
    Bars are medians of interleaved rounds, lines reach from the smallest to the largest; the ratio is to the grey bar, above 1 is better.</p>
${comparisons.map(plotOf).join('\n')}
  </body>
</html>
`;
}

function plotOf({ title, unit, results, bars, absent, notes }: Comparison): string {
  const largest = Math.max(...results.map(({ measured }) => measured.max));
  const scale = (value: number) => (value / largest) * (WIDTH - LABELS - 150);
  const rows = results.map(({ contender, measured, ratio }, index) => {
    const middle = index * ROW + ROW / 2;
    const figure = `${rounded(measured.median)} · ×${rounded(ratio.median)}`;
    return `      <text x="0" y="${middle + 4}">${escaped(contender)}</text>
      <rect class="${index === 0 ? 'bare' : 'ours'}" x="${LABELS}" y="${middle - 9}" width="${scale(measured.median).toFixed(1)}" height="18" rx="2" />
      <line class="spread" x1="${(LABELS + scale(measured.min)).toFixed(1)}" x2="${(LABELS + scale(measured.max)).toFixed(1)}" y1="${middle}" y2="${middle}" />
      <text x="${(LABELS + scale(measured.max) + 8).toFixed(1)}" y="${middle + 4}">${figure}</text>`;
  });
  return `    <h2>${escaped(title)} (${escaped(unit)})</h2>
    <svg viewBox="0 0 ${WIDTH} ${results.length * ROW}" role="img" aria-label="${escaped(title)}">
${rows.join('\n')}
    </svg>${listOf([
      ...bars.map((bar) => ({ text: verdict(bar), look: bar.reached === false ? 'missed' : 'reached' })),
      ...[...absent.map(absentee), ...notes].map((text) => ({ text, look: 'note' })),
    ])}`;
}

function listOf(remarks: readonly { text: string; look: string }[]): string {
  if (remarks.length === 0) return '';
  const items = remarks.map(({ text, look }) => `      <li class="${look}">${escaped(text)}</li>`);
  return `\n    <ul>\n${items.join('\n')}\n    </ul>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
