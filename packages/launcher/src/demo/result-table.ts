import Table from 'cli-table3';
import type { Task } from './api.js';

export interface Outcome {
  title: string;
  task: Task;
}

/** The results side by side; the last line of an output tells most. */
export function resultTable(outcomes: Outcome[], colors: boolean): string {
  const table = new Table({
    head: ['Workflow', 'Status', 'Seconds', 'Result'],
    colWidths: [40, 11, 9, 60],
    wordWrap: true,
    ...(colors ? {} : { style: { head: [], border: [] } }),
  });
  for (const { title, task } of outcomes) {
    table.push([title, task.status, seconds(task), task.error ?? lastLine(task.output)]);
  }
  return table.toString();
}

function seconds({ started_at, completed_at }: Task): string {
  if (started_at === null || completed_at === null) return '-';
  return ((Date.parse(completed_at) - Date.parse(started_at)) / 1000).toFixed(1);
}

function lastLine(output: string | null): string {
  return output?.trimEnd().split('\n').at(-1) ?? '';
}
