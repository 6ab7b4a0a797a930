import { useState } from 'react';
import type { SystemSeries } from '@provisioning/contracts';
import { duration } from '../../format/time.js';
import { useClock } from '../../ui/time.js';
import { Chart, type Mark } from './chart.js';
import { SeriesTable } from './series-table.js';
import styles from './series-charts.module.css';

type Point = SystemSeries['points'][number];
type Count = 'started' | 'completed' | 'failed' | 'cancelled';

interface SeriesChartsProps {
  series: SystemSeries;
  /** Whether the durations are shown too. */
  withDurations: boolean;
}

/** What was started and ended over time, what waited, and how long it took; the same as a table. */
export function SeriesCharts({
  series: { points, step_seconds, complete },
  withDurations,
}: SeriesChartsProps) {
  const clock = useClock();
  const [isOpen, setIsOpen] = useState(false);
  const labels = points.map(({ at }) => clock(at));
  const counts = (name: string, of: Count, tone: Mark['tone']): Mark => ({
    name,
    tone,
    values: points.map((point) => point[of]),
    sum: points.reduce((sum, point) => sum + point[of], 0).toLocaleString(),
  });
  return (
    <div className="stack">
      <div className={styles['charts']}>
        <Chart
          title="Started and ended"
          labels={labels}
          format={whole}
          marks={[
            counts('Completed', 'completed', 'ok'),
            counts('Failed', 'failed', 'failed'),
            counts('Cancelled', 'cancelled', 'cancelled'),
            { ...counts('Started', 'started', 'running'), line: 'solid' },
          ]}
        />
        <Chart title="Waiting" labels={labels} format={whole} marks={[waitingOf(points)]} />
        {withDurations && (
          <Chart
            title="Duration"
            labels={labels}
            format={inSeconds}
            marks={[
              durationsOf(points, 'duration_p95', '95 % took at most', 'dashed'),
              durationsOf(points, 'duration_p50', 'Half took at most', 'solid'),
            ]}
          />
        )}
      </div>
      <p className="muted">
        Each step is {duration(step_seconds * 1000)} long; the last one is not over.
        {!complete && ' There are more tasks than can be counted: the oldest steps are left out.'}
      </p>
      <details onToggle={({ currentTarget }) => setIsOpen(currentTarget.open)}>
        <summary>Show as a table</summary>
        {isOpen && <SeriesTable points={points} />}
      </details>
    </div>
  );
}

const whole = (value: number) => value.toLocaleString();
const inSeconds = (value: number) => duration(value * 1000);

function waitingOf(points: readonly Point[]): Mark {
  const values = points.map(({ waiting }) => waiting);
  return {
    name: 'Tasks that have not started',
    tone: 'pending',
    values,
    sum: `${whole(values.at(-1) ?? 0)} now, at most ${whole(Math.max(0, ...values))}`,
    line: 'solid',
  };
}

function durationsOf(
  points: readonly Point[],
  of: 'duration_p50' | 'duration_p95',
  name: string,
  line: 'solid' | 'dashed',
): Mark {
  const values = points.map((point) => point[of]);
  const last = values.findLast((value) => value !== null) ?? null;
  return { name, tone: 'undone', values, sum: last === null ? '–' : `${inSeconds(last)} lately`, line };
}
