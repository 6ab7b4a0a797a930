import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import type { Batch, BatchOperation } from '@provisioning/contracts';
import { BATCH_STATUSES } from '@provisioning/contracts/statuses';
import { ProvisioningError } from '@provisioning/client';
import { lazy, Suspense, useMemo } from 'react';
import { batchDetail } from '../../api/queries/batches.js';
import { useFallbackInterval, useIsFrozen } from '../../app/live-context.js';
import { safeText } from '../../format/safe-text.js';
import { reasonOf } from '../../format/why.js';
import { hasEnded } from '../../live/forward-only.js';
import type { BatchSearch } from '../../paths.js';
import { StatusFilter } from '../../ui/filter-bar.js';
import { TextFilter } from '../../ui/filters.js';
import { IdChip, shortId } from '../../ui/id-chip.js';
import { EmptyState, ErrorNotice, Skeleton } from '../../ui/notices.js';
import { Page } from '../../ui/page.js';
import { Progress } from '../../ui/progress.js';
import { Status } from '../../ui/status.js';
import { Tabs } from '../../ui/tabs.js';
import { Time, Took, useClock } from '../../ui/time.js';
import { BatchActs } from './batch-acts.js';
import styles from './batch-page.module.css';
import { useLiveOperations } from './live-operations.js';
import { OperationDrawer } from './operation-drawer.js';
import { OperationTable } from './operation-table.js';

const GraphView = lazy(async () => ({
  default: (await import('../../features/graph/graph-view.js')).GraphView,
}));

const Timeline = lazy(async () => ({
  default: (await import('../../features/timeline/timeline.js')).Timeline,
}));

export default function BatchPage() {
  const { id } = useParams({ from: '/signed-in/batches/$id' });
  const { data, error, isPending, refetch } = useQuery({
    ...batchDetail(id),
    refetchInterval: useFallbackInterval(5_000),
  });
  if (data) return <BatchView batch={data.data} requestedAt={data.requestedAt} />;
  const isGone = error instanceof ProvisioningError && error.status === 404;
  return (
    <Page title="Batch" tabTitle={`Batch ${shortId(id)}`}>
      {isPending && !error && <Skeleton rows={6} />}
      {isGone && (
        <EmptyState action={<Link to="/batches">All batches</Link>}>There is no batch {id}.</EmptyState>
      )}
      {error && !isGone && <ErrorNotice error={error} retry={() => void refetch()} />}
    </Page>
  );
}

type ChangedSearch = { [Name in keyof BatchSearch]: BatchSearch[Name] | undefined };

function BatchView({ batch, requestedAt }: { batch: Batch; requestedAt: number }) {
  const operations = useLiveOperations(batch, requestedAt);
  const search = useSearch({ from: '/signed-in/batches/$id' });
  const navigate = useNavigate({ from: '/batches/$id' });
  const change = (next: ChangedSearch) =>
    void navigate({ search: (now) => ({ ...now, ...next }), replace: true });
  const counts = useMemo(() => countsOf(operations), [operations]);
  const shown = useMemo(
    () =>
      operations.filter(
        ({ id, status }) =>
          (search.status === undefined || search.status.includes(status)) &&
          (search.q === undefined || id.toLowerCase().includes(search.q.toLowerCase())),
      ),
    [operations, search.status, search.q],
  );
  const open = operations.find(({ id }) => id === search.op);
  const select = (op: string | undefined) => change({ op });
  return (
    <Page
      title={batch.name}
      tabTitle={`${batch.name} · Batches`}
      aside={
        <>
          <Status status={batch.status} />
          <IdChip id={batch.batch_id} what="batch" />
        </>
      }
      actions={<BatchActs batch={batch} operations={operations} />}
    >
      <Summary batch={batch} operations={operations} counts={counts} />
      <div className={styles['filters']}>
        <StatusFilter
          words={BATCH_STATUSES.filter((word) => counts[word] !== undefined || search.status?.includes(word))}
          value={search.status ?? []}
          counts={counts}
          onChange={(status) => change({ status })}
        />
        <TextFilter label="Find an operation" value={search.q} onChange={(q) => change({ q })} />
      </div>
      <Tabs
        label="Views of the operations"
        value={search.view ?? 'table'}
        onChange={(view) => change({ view: view === 'table' ? undefined : view })}
        tabs={[
          {
            name: 'table',
            title: 'Table',
            content: (
              <OperationTable
                operations={shown}
                total={operations.length}
                selected={search.op}
                onSelect={select}
              />
            ),
          },
          {
            name: 'graph',
            title: 'Graph',
            content: (
              <Suspense fallback={<Skeleton rows={10} />}>
                <Picture operations={operations} selected={search.op} onSelect={select} />
              </Suspense>
            ),
          },
          {
            name: 'timeline',
            title: 'Timeline',
            content: (
              <Suspense fallback={<Skeleton rows={10} />}>
                <Times batch={batch} operations={shown} selected={search.op} onSelect={select} />
              </Suspense>
            ),
          },
        ]}
      />
      {open && <OperationDrawer operation={open} onClose={() => select(undefined)} />}
    </Page>
  );
}

function Times({ batch, ...rest }: { batch: Batch } & PictureProps) {
  const isFrozen = useIsFrozen();
  const { created_at: submitted, status } = batch;
  if (!submitted) return null;
  return <Timeline {...rest} submitted={submitted} running={!isFrozen && !hasEnded(status)} />;
}

interface PictureProps {
  operations: readonly BatchOperation[];
  selected: string | undefined;
  onSelect(id: string | undefined): void;
}

function Picture({ operations, selected, onSelect }: PictureProps) {
  const nodes = useMemo(
    () =>
      operations.map(({ id, status, current_step, dependencies }) => ({
        id,
        status,
        step: status === 'Running' ? (current_step ?? null) : null,
        dependencies: dependencies ?? [],
      })),
    [operations],
  );
  return <GraphView nodes={nodes} selected={selected} onSelect={onSelect} />;
}

type Counts = Partial<Record<(typeof BATCH_STATUSES)[number], number>>;

function countsOf(operations: readonly BatchOperation[]): Counts {
  const counts: Counts = {};
  for (const { status } of operations) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

function Summary({
  batch,
  operations,
  counts,
}: {
  batch: Batch;
  operations: readonly BatchOperation[];
  counts: Counts;
}) {
  const isFrozen = useIsFrozen();
  const clock = useClock();
  const total = operations.length;
  const done = counts.Completed ?? 0;
  const failed = counts.Failed ?? 0;
  const words = `${done.toLocaleString()} of ${total.toLocaleString()} done${failed > 0 ? `, ${failed.toLocaleString()} failed` : ''}`;
  return (
    <section aria-label="Summary" className={styles['summary']}>
      <div className={styles['progress']}>
        <Progress value={total > 0 ? (done / total) * 100 : 0} status={batch.status} label={words} />
        <strong>{words}</strong>
      </div>
      {batch.error && <p className={styles['error']}>{safeText(batch.error)}</p>}
      {batch.waiting_for && <p>{reasonOf(batch.waiting_for, clock)}</p>}
      <p className={styles['facts']}>
        {batch.infras && batch.infras.length > 0 && <span>in {batch.infras.slice(0, 5).join(', ')}</span>}
        {batch.created_by && <span>by {batch.created_by}</span>}
        {batch.created_at && (
          <span>
            submitted <Time at={batch.created_at} />
          </span>
        )}
        {batch.started_at && (
          <span>
            took{' '}
            <Took
              from={batch.started_at}
              to={batch.completed_at ?? null}
              frozen={isFrozen || hasEnded(batch.status)}
            />
          </span>
        )}
        {batch.parallel_limit !== undefined && <span>at most {batch.parallel_limit} at once</span>}
        {batch.resume_of && (
          <span>
            resumes{' '}
            <Link to="/batches/$id" params={{ id: batch.resume_of }}>
              {shortId(batch.resume_of)}
            </Link>
          </span>
        )}
      </p>
    </section>
  );
}
