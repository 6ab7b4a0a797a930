import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import type { RollbackResult } from '@provisioning/contracts';
import { ProvisioningError } from '@provisioning/client';
import { useIsFrozen } from '../../app/live-context.js';
import { isUnderWay, rollbackDetail } from '../../api/queries/rollback.js';
import { counted } from '../../format/counts.js';
import { safeText } from '../../format/safe-text.js';
import { Fact, FactBar } from '../../ui/facts.js';
import { IdChip, shortId } from '../../ui/id-chip.js';
import { EmptyState, ErrorNotice, Skeleton } from '../../ui/notices.js';
import { Page } from '../../ui/page.js';
import { Progress } from '../../ui/progress.js';
import { Status } from '../../ui/status.js';
import table from '../../ui/table.module.css';
import { Time, Took } from '../../ui/time.js';
import { TITLES } from './titles.js';

const SHOWN = 500;

export default function RollbackProgress() {
  const { id } = useParams({ from: '/signed-in/rollbacks/$id' });
  const { data, error, isPending, refetch } = useQuery(rollbackDetail(id));
  if (data) return <RollbackView rollback={data} />;
  const isGone = error instanceof ProvisioningError && error.status === 404;
  return (
    <Page title="Rollback" tabTitle={`Rollback ${shortId(id)}`}>
      {isPending && !error && <Skeleton rows={6} />}
      {isGone && <EmptyState>There is no rollback {id}.</EmptyState>}
      {error && !isGone && <ErrorNotice error={error} retry={() => void refetch()} />}
    </Page>
  );
}

function RollbackView({ rollback }: { rollback: RollbackResult }) {
  const { rollback_id, status = 'Pending', kind = 'operations', operations = [] } = rollback;
  const ended = operations.filter(({ outcome }) => outcome !== 'pending').length;
  const words = `${ended.toLocaleString()} of ${counted(operations.length, 'operation')} ended`;
  return (
    <Page
      title={TITLES[kind]}
      tabTitle={`${TITLES[kind]} · Rollbacks`}
      aside={
        <>
          <Status status={status} />
          <IdChip id={rollback_id} what="rollback" />
        </>
      }
    >
      <p>{sentenceOf(rollback)}</p>
      <RollbackFacts rollback={rollback} />
      {operations.length > 0 && (
        <>
          <div className="row">
            <span style={{ width: 'min(320px, 50%)' }}>
              <Progress value={(ended / operations.length) * 100} status={status} label={words} />
            </span>
            <strong>{words}</strong>
          </div>
          <Operations operations={operations} />
        </>
      )}
    </Page>
  );
}

function RollbackFacts({ rollback }: { rollback: RollbackResult }) {
  const isFrozen = useIsFrozen();
  const { checkpoint_id, created_by, created_at, completed_at } = rollback;
  return (
    <FactBar>
      {checkpoint_id && (
        <Fact name="Checkpoint">
          <Link to="/checkpoints/$id" params={{ id: checkpoint_id }}>
            {shortId(checkpoint_id)}
          </Link>
        </Fact>
      )}
      {created_by && <Fact name="By">{created_by}</Fact>}
      {created_at && (
        <>
          <Fact name="Submitted">
            <Time at={created_at} />
          </Fact>
          <Fact name="Took">
            <Took from={created_at} to={completed_at ?? null} frozen={isFrozen || !isUnderWay(rollback)} />
          </Fact>
        </>
      )}
    </FactBar>
  );
}

function Operations({ operations }: { operations: NonNullable<RollbackResult['operations']> }) {
  const more = operations.length - SHOWN;
  return (
    <div className={table['frame']}>
      <table className={table['table']}>
        <thead>
          <tr>
            <th scope="col">Outcome</th>
            <th scope="col">Operation</th>
            <th scope="col" data-numeric>
              Changes
            </th>
            <th scope="col">Details</th>
          </tr>
        </thead>
        <tbody>
          {operations.slice(0, SHOWN).map(({ operation_id, outcome, changes, error }, index) => (
            <tr key={index}>
              <td>
                <Status status={outcome} />
              </td>
              <td>
                <code>{safeText(operation_id)}</code>
              </td>
              <td data-numeric>{changes}</td>
              <td data-wide>{error ? safeText(error) : ''}</td>
            </tr>
          ))}
          {more > 0 && (
            <tr>
              <td colSpan={4} className="muted">
                and {more.toLocaleString()} more
              </td>
            </tr>
          )}
        </tbody>
      </table>
    </div>
  );
}

function sentenceOf(rollback: RollbackResult): string {
  const { status, success, operations_executed: done, operations_failed: failed } = rollback;
  if (status === 'Pending') return 'It waits for a worker, or until its infras are free.';
  if (status === 'Running') return 'It is under way. You may leave this page; it goes on.';
  if (success) return `${counted(done, 'operation')} undone.`;
  return `${counted(done, 'operation')} undone, ${failed.toLocaleString()} not: see the details below.`;
}
