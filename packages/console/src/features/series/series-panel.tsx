import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, type ReactNode } from 'react';
import type { SeriesRange } from '@provisioning/contracts';
import { seriesQuery } from '../../api/queries/overview.js';
import { every } from '../../api/request-budget.js';
import { Loaded } from '../../ui/loaded.js';
import { Skeleton } from '../../ui/notices.js';
import { Panel } from '../../ui/panel.js';

/** Charts are fetched when one is shown. */
const SeriesCharts = lazy(async () => ({ default: (await import('./series-charts.js')).SeriesCharts }));
const ROWS = 5;

interface SeriesPanelProps {
  title: string;
  range: SeriesRange;
  withDurations?: boolean;
  actions?: ReactNode;
}

/** Charts of the tasks over a period that ends now. */
export function SeriesPanel({ title, range, withDurations = false, actions }: SeriesPanelProps) {
  const query = useQuery({ ...seriesQuery(range), refetchInterval: every(60_000) });
  return (
    <Panel title={title} actions={actions}>
      <Loaded query={query} rows={ROWS}>
        {(series) => (
          <Suspense fallback={<Skeleton rows={ROWS} />}>
            <SeriesCharts series={series} withDurations={withDurations} />
          </Suspense>
        )}
      </Loaded>
    </Panel>
  );
}
