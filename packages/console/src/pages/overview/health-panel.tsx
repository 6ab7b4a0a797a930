import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Summary } from '@provisioning/contracts';
import { every } from '../../api/request-budget.js';
import { healthQuery } from '../../api/queries/overview.js';
import { Loaded } from '../../ui/loaded.js';
import { Facts, Panel } from '../../ui/panel.js';
import { Status } from '../../ui/status.js';

/** The health of the platform in short. */
export function HealthPanel({ summary }: { summary: Summary | undefined }) {
  const query = useQuery({ ...healthQuery, refetchInterval: every(60_000) });
  const { data } = query;
  return (
    <Panel
      title="Health"
      actions={
        <Link to="/health" search={{}}>
          Show details
        </Link>
      }
    >
      <Loaded query={query} rows={3} />
      {data && (
        <Facts
          facts={[
            ['Platform', <Status key="status" status={data.overall_status} />],
            ['Workers', summary && `${summary.workers.alive} alive, ${summary.workers.overdue} overdue`],
            ['Locks', summary && `${summary.locks.held} held, ${summary.locks.waiting} waiting`],
            ['Batches', summary && `${summary.batches.running} running, ${summary.batches.pending} pending`],
          ]}
        />
      )}
      {data?.reasons?.map((reason) => (
        <p key={reason}>{reason}</p>
      ))}
    </Panel>
  );
}
