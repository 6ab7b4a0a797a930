import type { TaskResult } from '../../domain/worker/ledger.js';
import { storable, jsonOf } from '../storable.js';

/** What `work_round` is given of each result, in the order of its parameters. */
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

/** The worker and its room, then an array for each column. */
export const ROUND_PARAMETERS = [
  '$1::uuid, $2::int',
  ...COLUMNS.map(([type], index) => `$${index + 3}::${type}[]`),
].join(', ');

export function columnsOf(results: readonly TaskResult[]): unknown[][] {
  return COLUMNS.map(([, of]) => results.map(of));
}
