import type { Figures, OperationFigures } from './samples.js';

/** A run with its figures. */
export interface ReportedRun {
  figures: Figures;
  clients: number;
  target: string;
  /** Time of the beginning. */
  at: Date;
  /** Tasks that the platform completed meanwhile; undefined where its metrics are not accessible. */
  completedTasks: number | undefined;
}

export const COLUMNS = [
  'operation',
  'requests',
  'errors',
  'per second',
  'p50 ms',
  'p90 ms',
  'p99 ms',
  'max ms',
];

/** Returns the figures of an operation as the cells of a row. */
export function cells(figures: OperationFigures): string[] {
  const { operation, requests, errors, perSecond, p50, p90, p99, max } = figures;
  return [
    operation,
    String(requests),
    String(errors),
    ...[perSecond, p50, p90, p99, max].map((n) => n.toFixed(1)),
  ];
}

/** Returns the main figures in a sentence. */
export function headline({ figures, clients, target, completedTasks }: ReportedRun): string {
  const { total, seconds } = figures;
  const done = completedTasks === undefined ? '' : `, ${completedTasks} tasks completed`;
  return `${total.requests} requests in ${seconds.toFixed(1)} s from ${clients} clients at ${target}: ${total.perSecond.toFixed(1)} a second, ${total.errors} errors${done}`;
}

/** Returns the report for a terminal. */
export function textReport(run: ReportedRun): string {
  const { operations, total, faults } = run.figures;
  const rows = [COLUMNS, ...operations.map(cells), cells(total)];
  const widths = COLUMNS.map((_column, index) => Math.max(...rows.map((row) => row[index]!.length)));
  const lines = rows.map((row) =>
    row
      .map((cell, index) => (index === 0 ? cell.padEnd(widths[index]!) : cell.padStart(widths[index]!)))
      .join('  '),
  );
  const wrong = faults.map(([fault, count]) => `${String(count).padStart(6)} × ${fault}`);
  return [headline(run), '', ...lines, ...(wrong.length > 0 ? ['', 'Errors:', ...wrong] : []), ''].join('\n');
}
