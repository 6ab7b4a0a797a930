import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { SeriesRange } from '@provisioning/contracts';
import { every } from '../../api/request-budget.js';
import { healthQuery, locksQuery, workersQuery } from '../../api/queries/overview.js';
import { Loaded } from '../../ui/loaded.js';
import { EmptyState } from '../../ui/notices.js';
import { Page } from '../../ui/page.js';
import { Columns, Facts, Panel } from '../../ui/panel.js';
import { Status } from '../../ui/status.js';
import { Choice } from '../../ui/choice.js';
import { SeriesPanel } from '../../features/series/series-panel.js';
import { LockTable } from '../../features/locks/lock-table.js';
import { WorkerTable } from './worker-table.js';

const MINUTELY = every(60_000);
const RANGES: readonly (readonly [SeriesRange, string])[] = [
  ['1h', '1 hour'],
  ['24h', '24 hours'],
  ['7d', '7 days'],
];

/** The components of the platform, its workers, the locks of infras, and its work over time. */
export default function HealthPage() {
  const health = useQuery({ ...healthQuery, refetchInterval: MINUTELY });
  const workers = useQuery({ ...workersQuery, refetchInterval: MINUTELY });
  const locks = useQuery({ ...locksQuery, refetchInterval: MINUTELY });
  return (
    <Page title="Health" aside={health.data && <Status status={health.data.overall_status} />}>
      <Work />
      <Columns>
        <Panel title="Components">
          <Loaded query={health} rows={3}>
            {(found) => (
              <>
                <Facts
                  facts={Object.entries(found.components).map(
                    ([name, status]) => [wordsOf(name), <Status key={name} status={status} />] as const,
                  )}
                />
                {found.reasons?.map((reason) => (
                  <p key={reason}>{reason}</p>
                ))}
              </>
            )}
          </Loaded>
        </Panel>
        <Panel title="Locks">
          <Loaded query={locks} rows={3}>
            {({ items, total }) =>
              items.length === 0 ? (
                <EmptyState>
                  No infra is locked. Work that changes an infra locks it until it ends.
                </EmptyState>
              ) : (
                <>
                  <LockTable locks={items} />
                  {total > items.length && (
                    <p className="muted">{`The first ${items.length} of ${total}.`}</p>
                  )}
                </>
              )
            }
          </Loaded>
        </Panel>
      </Columns>
      <Panel title="Workers">
        <Loaded query={workers} rows={3}>
          {(found) =>
            found.length === 0 ? (
              <EmptyState>No worker is alive, so no work starts. Start one with npm start.</EmptyState>
            ) : (
              <WorkerTable workers={found} />
            )
          }
        </Loaded>
      </Panel>
    </Page>
  );
}

function Work() {
  const { range = '24h' } = useSearch({ from: '/signed-in/health' });
  const navigate = useNavigate({ from: '/health' });
  return (
    <SeriesPanel
      title="Tasks over time"
      range={range}
      withDurations
      actions={
        <Choice
          label="Period"
          value={range}
          choices={RANGES}
          onChange={(next) => void navigate({ search: { range: next } })}
        />
      }
    />
  );
}

/** `batch_coordinator` → `Batch coordinator` */
function wordsOf(name: string): string {
  const words = name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
