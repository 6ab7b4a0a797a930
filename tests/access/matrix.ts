import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The callers, in the order of the matrix's columns. `stranger` requests objects of another user. */
export const CALLERS = [
  'anonymous',
  'viewer',
  'operator',
  'auditor',
  'admin',
  'stranger',
  'disabled',
  'expired',
  'revoked',
  'service',
] as const;
export type Caller = (typeof CALLERS)[number];

/** `yes`: admitted, with any result. Otherwise the status of the refusal. */
export type Verdict = 'yes' | '401' | '403' | '404';

export type Row = Record<Caller, Verdict>;

const MATRIX = join(import.meta.dirname, '../../docs/reference/access-matrix.md');

/** The matrix of docs/reference/access-matrix.md, by operation. */
export function readMatrix(): Map<string, Row> {
  const rows = readFileSync(MATRIX, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')));
  return new Map(
    rows.map(([, operation = '', ...cells]) => [
      operation,
      Object.fromEntries(CALLERS.map((caller, index) => [caller, cells[index]])) as Row,
    ]),
  );
}

/** Replaces the table of docs/reference/access-matrix.md. The rows are in the order of the map. */
export function writeMatrix(matrix: ReadonlyMap<string, Row>): void {
  const cells = [
    ['operation', ...CALLERS],
    ...[...matrix].map(([operation, row]) => [`\`${operation}\``, ...CALLERS.map((caller) => row[caller])]),
  ];
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  const line = (row: readonly string[]): string => `| ${row.join(' | ')} |`;
  const [head, ...body] = cells.map((row) => line(row.map((cell, column) => cell.padEnd(widths[column]!))));
  const table = [head, line(widths.map((width) => '-'.repeat(width))), ...body].join('\n');
  const page = readFileSync(MATRIX, 'utf8');
  writeFileSync(
    MATRIX,
    page.replace(/^\|.*\|$(\n\|.*\|$)*/m, () => table),
  );
}
