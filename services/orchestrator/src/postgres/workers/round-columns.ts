import type { TaskResult } from '../../domain/worker/ledger.js';
import { storable, jsonOf } from '../storable.js';

/** The array parameters of `work_round`, in order, with their element for a result. */
const COLUMNS: readonly [type: string, of: (result: TaskResult) => unknown][] = [
  ['uuid', ({ taskId }) => taskId],
  ['int', ({ attempt }) => attempt],
  ['uuid', ({ resultId }) => resultId],
  ['text', ({ status }) => status],
  ['boolean', ({ permanent }) => permanent],
  ['int', ({ exitCode }) => exitCode],
  ['text', ({ signal }) => signal],
  ['text', ({ error }) => error && storable(error)],
  ['text', ({ output }) => storable(output)],
  ['jsonb', ({ data }) => jsonOf(data)],
  ['jsonb', ({ evidence }) => jsonOf(evidence)],
  ['bigint', ({ log }) => log?.firstLine ?? null],
  ['int', ({ log }) => log?.lines.length ?? null],
  ['text', ({ log }) => (log ? storable(log.lines.join('\n')) : null)],
  ['timestamptz', ({ log }) => log?.at ?? null],
  ['int', ({ progress }) => progress?.totalSteps ?? null],
  ['int', ({ progress }) => progress?.doneSteps ?? null],
  ['text', ({ progress }) => (progress?.currentStep ? storable(progress.currentStep) : null)],
  ['jsonb', ({ changes }) => (changes.length > 0 ? jsonOf(changes) : null)],
];

/** The parameter list of `work_round`: the worker, its capacity, and an array for each column. */
export const ROUND_PARAMETERS = [
  '$1::uuid, $2::int',
  ...COLUMNS.map(([type], index) => `$${index + 3}::${type}[]`),
].join(', ');

/** Returns the values of the array parameters. */
export function columnsOf(results: readonly TaskResult[]): unknown[][] {
  return COLUMNS.map(([, of]) => results.map(of));
}
