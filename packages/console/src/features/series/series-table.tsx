import type { SystemSeries } from '@provisioning/contracts';
import { duration } from '../../format/time.js';
import table from '../../ui/table.module.css';
import { Time } from '../../ui/time.js';

type Point = SystemSeries['points'][number];

const COLUMNS: readonly (readonly [title: string, of: (point: Point) => string])[] = [
  ['Submitted', ({ submitted }) => submitted.toLocaleString()],
  ['Started', ({ started }) => started.toLocaleString()],
  ['Completed', ({ completed }) => completed.toLocaleString()],
  ['Failed', ({ failed }) => failed.toLocaleString()],
  ['Cancelled', ({ cancelled }) => cancelled.toLocaleString()],
  ['Waiting', ({ waiting }) => waiting.toLocaleString()],
  ['Half took at most', ({ duration_p50 }) => taken(duration_p50)],
  ['95 % took at most', ({ duration_p95 }) => taken(duration_p95)],
];
const taken = (seconds: number | null) => (seconds === null ? '–' : duration(seconds * 1000));

/** The numbers of the charts, the newest step first. */
export function SeriesTable({ points }: { points: readonly Point[] }) {
  return (
    <div className={table['frame']}>
      <table className={table['table']}>
        <caption className="visually-hidden">Tasks over time</caption>
        <thead>
          <tr>
            <th scope="col">From</th>
            {COLUMNS.map(([title]) => (
              <th key={title} scope="col" data-numeric>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {points.toReversed().map((point) => (
            <tr key={point.at}>
              <td data-wide className={table['narrow']}>
                <Time at={point.at} />
              </td>
              {COLUMNS.map(([title, of]) => (
                <td key={title} data-numeric data-label={title}>
                  {of(point)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
