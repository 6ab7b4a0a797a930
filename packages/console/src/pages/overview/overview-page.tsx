import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Summary } from '@provisioning/contracts';
import { summaryQuery } from '../../api/queries/overview.js';
import { useFallbackInterval, useIsFrozen } from '../../app/live-context.js';
import { SeriesPanel } from '../../features/series/series-panel.js';
import { ErrorNotice } from '../../ui/notices.js';
import { Page } from '../../ui/page.js';
import { Columns } from '../../ui/panel.js';
import { Time, Took } from '../../ui/time.js';
import { HealthPanel } from './health-panel.js';
import styles from './overview-page.module.css';
import { TaskPanel } from './task-panel.js';

/** What runs, what waits and why, what failed lately, and how the platform is. */
export default function OverviewPage() {
  const { data, error, refetch } = useQuery({
    ...summaryQuery,
    refetchInterval: useFallbackInterval(15_000),
  });
  return (
    <Page title="Overview" aside={data && <AsOf at={data.as_of} />}>
      {error && <ErrorNotice error={error} retry={() => void refetch()} />}
      <Columns>
        <TaskPanel title="Running" status="Running" total={data?.tasks.running} empty="No task is running." />
        <TaskPanel title="Waiting" status="Pending" total={data?.tasks.pending} empty="No task is waiting.">
          {data && data.waiting.length > 0 && <Reasons waiting={data.waiting} />}
        </TaskPanel>
        <TaskPanel
          title="Failed in the last 24 hours"
          status="Failed"
          total={data?.tasks.failed_last_day}
          empty="No task has failed in the last 24 hours."
        />
        <HealthPanel summary={data} />
      </Columns>
      <SeriesPanel
        title="Tasks of the last 24 hours"
        range="24h"
        actions={
          <Link to="/health" search={{}}>
            Show more
          </Link>
        }
      />
    </Page>
  );
}

function AsOf({ at }: { at: string }) {
  return (
    <span className="muted">
      as of <Time at={at} />
    </span>
  );
}

const REASONS: Record<Summary['waiting'][number]['reason'], string> = {
  lock: 'for the lock of an infra',
  limit: 'for the parallel limit of a batch',
  dependency: 'for other operations',
  retry: 'for the next attempt',
  worker: 'for a free worker',
  held: 'for an admin to release them',
};

function Reasons({ waiting }: Pick<Summary, 'waiting'>) {
  const isFrozen = useIsFrozen();
  return (
    <ul className={styles['reasons']} aria-label="Waiting tasks by reason">
      {waiting.map(({ reason, tasks, oldest }) => (
        <li key={reason}>
          <Link to="/tasks" search={{ status: ['Pending'] }}>
            {tasks} {REASONS[reason]}
          </Link>
          <span className="muted">
            , the longest for <Took from={oldest} to={null} frozen={isFrozen} />
          </span>
        </li>
      ))}
    </ul>
  );
}
