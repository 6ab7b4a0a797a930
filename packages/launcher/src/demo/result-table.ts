import Table from 'cli-table3';
import type { Batch, Operation } from './api.js';

/** A table of the operations of a batch. */
export function resultTable({ operations }: Batch, colors: boolean): string {
  const table = new Table({
    head: ['Operation', 'Status', 'Seconds', 'Result'],
    colWidths: [20, 12, 9, 76],
    wordWrap: true,
    ...(colors ? {} : { style: { head: [], border: [] } }),
  });
  for (const operation of operations)
    table.push([operation.id, operation.status, seconds(operation), outcome(operation)]);
  return table.toString();
}

function seconds({ started_at, completed_at }: Operation): string {
  if (started_at === null || completed_at === null) return '-';
  return ((Date.parse(completed_at) - Date.parse(started_at)) / 1000).toFixed(1);
}

function outcome({ error, results }: Operation): string {
  return error ?? results?.message ?? results?.output?.trimEnd().split('\n').at(-1) ?? '';
}
