import type { OperationFigures } from './samples.js';
import { cells, COLUMNS, headline, type ReportedRun } from './report-text.js';

const WIDTH = 720;
const HEIGHT = 220;
const LEFT = 150;

/** One page that loads nothing: it can be kept, mailed and opened years later. */
export function htmlReport(run: ReportedRun): string {
  const { operations, total, timeline, faults } = run.figures;
  const rows = [...operations, total].map((figures) =>
    tag(
      'tr',
      cells(figures)
        .map((cell) => tag('td', escape(cell)))
        .join(''),
    ),
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Load test of ${run.at.toISOString()}</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 62rem; padding: 0 1rem; color: #1c2733; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: .3rem .6rem; text-align: right; border-bottom: 1px solid #d5dce3; }
th:first-child, td:first-child { text-align: left; }
svg { width: 100%; height: auto; }
text { font-size: 12px; fill: #1c2733; }
</style>
</head>
<body>
<h1>Load test</h1>
<p>${escape(run.at.toISOString())} · ${escape(headline(run))}</p>
<table><thead><tr>${COLUMNS.map((column) => tag('th', escape(column))).join('')}</tr></thead><tbody>
${rows.join('\n')}
</tbody></table>
<h2>Answers in each second</h2>
${line(timeline)}
<h2>Time to the answer</h2>
${bars(operations)}
${faults.length > 0 ? `<h2>Errors</h2><ul>${faults.map(([fault, count]) => tag('li', `${count} × ${escape(fault)}`)).join('')}</ul>` : ''}
</body>
</html>
`;
}

function line(values: readonly number[]): string {
  const highest = Math.max(1, ...values);
  const x = (index: number) => 50 + (index / Math.max(1, values.length - 1)) * (WIDTH - 70);
  const y = (value: number) => HEIGHT - 30 - (value / highest) * (HEIGHT - 50);
  const points = values.map((value, index) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
  const marks = [0, highest / 2, highest].map(
    (value) =>
      `<line x1="50" x2="${WIDTH - 20}" y1="${y(value)}" y2="${y(value)}" stroke="#d5dce3"/><text x="44" y="${y(value) + 4}" text-anchor="end">${Math.round(value)}</text>`,
  );
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Answers in each second of the run">
${marks.join('\n')}
<polyline points="${points}" fill="none" stroke="#1f6feb" stroke-width="2"/>
<text x="50" y="${HEIGHT - 8}">0 s</text><text x="${WIDTH - 20}" y="${HEIGHT - 8}" text-anchor="end">${values.length} s</text>
</svg>`;
}

const PERCENTILES = [
  ['p50', '#1f6feb'],
  ['p90', '#8250df'],
  ['p99', '#bf3989'],
] as const;

function bars(operations: readonly OperationFigures[]): string {
  const longest = Math.max(1, ...operations.map(({ p99 }) => p99));
  const row = 3 * 10 + 12;
  const drawn = operations.flatMap((figures, index) => [
    `<text x="${LEFT - 8}" y="${index * row + 24}" text-anchor="end">${escape(figures.operation)}</text>`,
    ...PERCENTILES.map(([name, colour], place) => {
      const length = (figures[name] / longest) * (WIDTH - LEFT - 90);
      const at = index * row + place * 10 + 4;
      return `<rect x="${LEFT}" y="${at}" width="${length.toFixed(1)}" height="8" fill="${colour}"/><text x="${(LEFT + length + 5).toFixed(1)}" y="${at + 8}" style="font-size:9px">${name} ${figures[name].toFixed(1)} ms</text>`;
    }),
  ]);
  return `<svg viewBox="0 0 ${WIDTH} ${Math.max(1, operations.length) * row}" role="img" aria-label="Percentiles of the time to the answer, by operation">
${drawn.join('\n')}
</svg>`;
}

function tag(name: string, content: string): string {
  return `<${name}>${content}</${name}>`;
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
