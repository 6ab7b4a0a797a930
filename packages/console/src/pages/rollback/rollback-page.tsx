import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { undoPreview, type Undo } from '../../api/queries/rollback.js';
import type { RollbackSearch } from '../../paths-infra.js';
import { PlanDiff } from '../../features/plan/plan-diff.js';
import { counted } from '../../format/counts.js';
import { shortId } from '../../ui/id-chip.js';
import { EmptyState, ErrorNotice, Skeleton } from '../../ui/notices.js';
import { Page } from '../../ui/page.js';
import { Time } from '../../ui/time.js';
import { Obstacles } from './obstacles.js';
import { UndoForm } from './undo-form.js';

export default function RollbackPage() {
  const search = useSearch({ from: '/signed-in/rollback' });
  const undo = useMemo(() => undoOf(search), [search]);
  if (undo === undefined)
    return (
      <Page title="Roll back">
        <EmptyState>
          Choose what to undo: a <Link to="/checkpoints">checkpoint</Link>, a <Link to="/batches">batch</Link>
          , or changes of the <Link to="/journal">journal</Link>.
        </EmptyState>
      </Page>
    );
  return <Preview key={JSON.stringify(undo)} undo={undo} />;
}

function Preview({ undo }: { undo: Undo }) {
  const { data, error, isFetching, dataUpdatedAt, refetch } = useQuery(undoPreview(undo));
  const { plan, obstacles = [] } = data?.result ?? {};
  const isRestore = undo.kind === 'restore';
  return (
    <Page
      title={isRestore ? 'Restore' : 'Roll back'}
      actions={
        <>
          {data && (
            <span className="muted">
              Preview as of <Time at={new Date(dataUpdatedAt).toISOString()} />
            </span>
          )}
          <button type="button" disabled={isFetching} onClick={() => void refetch()}>
            {isFetching ? 'Previewing' : 'Preview again'}
          </button>
        </>
      }
    >
      <p>
        <Subject undo={undo} /> Nothing is changed until you confirm below.
      </p>
      {error && <ErrorNotice error={error} retry={() => void refetch()} />}
      {!data && isFetching && <Skeleton rows={6} />}
      {data && (
        <div className="stack" aria-busy={isFetching}>
          <Obstacles obstacles={obstacles} all={undo.kind === 'operations' || undo.kind === 'batch'} />
          <PlanDiff
            plan={plan ?? { changes: [], summary: '' }}
            empty={isRestore ? 'Everything is as the checkpoint has it.' : 'Nothing is left to undo.'}
          />
          {data.request !== null && (plan?.changes.length ?? 0) > 0 && (
            <UndoForm undo={undo} preview={data} />
          )}
        </div>
      )}
    </Page>
  );
}

function Subject({ undo }: { undo: Undo }) {
  switch (undo.kind) {
    case 'operations':
      return <>Undoes the changes of {counted(undo.ids.length, 'operation')}.</>;
    case 'batch':
      return (
        <>
          Undoes the changes of batch{' '}
          <Link to="/batches/$id" params={{ id: undo.id }}>
            {shortId(undo.id)}
          </Link>
          .
        </>
      );
    case 'checkpoint':
      return (
        <>
          Undoes every change made after <CheckpointLink id={undo.id} />, the newest first.
        </>
      );
    case 'restore':
      return (
        <>
          Changes what the providers have to the state of <CheckpointLink id={undo.id} />.
        </>
      );
  }
}

function CheckpointLink({ id }: { id: string }) {
  return (
    <Link to="/checkpoints/$id" params={{ id }}>
      checkpoint {shortId(id)}
    </Link>
  );
}

/** Undefined where the address names nothing, or more than one thing. */
function undoOf({ checkpoint, operations, batch, restore }: RollbackSearch): Undo | undefined {
  const named: Undo[] = [];
  if (checkpoint !== undefined) named.push({ kind: 'checkpoint', id: checkpoint });
  if (restore !== undefined) named.push({ kind: 'restore', id: restore });
  if (batch !== undefined) named.push({ kind: 'batch', id: batch });
  const ids = (operations ?? '').split(',').filter((id) => id !== '');
  if (ids.length > 0) named.push({ kind: 'operations', ids: [...new Set(ids)] });
  return named.length === 1 ? named[0] : undefined;
}
