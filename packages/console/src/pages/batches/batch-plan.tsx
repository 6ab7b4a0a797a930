import type { BatchPlan, BatchRequest } from '@provisioning/contracts';
import { LockTable } from '../../features/locks/lock-table.js';
import { counted } from '../../format/counts.js';
import { ErrorNotice, Skeleton } from '../../ui/notices.js';
import table from '../../ui/table.module.css';
import styles from './batch-plan.module.css';
import type { BatchPlanning } from './use-batch-plan.js';

/** So many operations are listed; the picture has all of them. */
const SHOWN = 100;

interface BatchPlanViewProps {
  planning: BatchPlanning;
  request: BatchRequest | undefined;
}

/** How the orchestrator understands the batch, and what it would wait for. */
export function BatchPlanView({ planning: { plan, error, busy }, request }: BatchPlanViewProps) {
  return (
    <section aria-label="Plan" className={styles['plan']} tabIndex={0} aria-busy={busy}>
      {error !== undefined && <ErrorNotice error={error} />}
      {busy && <Skeleton rows={4} />}
      {!busy && plan && request && <Planned plan={plan} request={request} />}
      {!busy && !plan && error === undefined && (
        <p className="muted">
          Preview shows how the operations are understood, and what they would wait for. It is needed again
          after each edit. Nothing is changed until you submit the batch.
        </p>
      )}
    </section>
  );
}

function Planned({ plan, request }: { plan: BatchPlan; request: BatchRequest }) {
  const { operations, infras, locks } = plan;
  const { parallel_limit: limit = 5, rollback_enabled: isUndone = false } = request;
  const types = [...countsOf(operations)].map(([type, count]) => `${count.toLocaleString()} of type ${type}`);
  return (
    <>
      <p role="status">
        <strong>{counted(operations.length, 'operation')}</strong> in {infras.join(', ')}: {types.join(', ')}.
        Nothing has been changed yet.
      </p>
      <p>
        At most {limit} run at once.{' '}
        {isUndone
          ? 'If one fails, what has been completed is undone.'
          : 'If one fails, what has been completed stays.'}
      </p>
      {locks.length === 0 ? (
        <p>No other work holds these infras.</p>
      ) : (
        <>
          <p>The batch would wait for {counted(locks.length, 'infra')}:</p>
          <LockTable locks={locks} />
        </>
      )}
      <Operations operations={operations} />
    </>
  );
}

function Operations({ operations }: Pick<BatchPlan, 'operations'>) {
  return (
    <>
      <div className={table['frame']}>
        <table className={table['table']} aria-label="Planned operations">
          <thead>
            <tr>
              <th scope="col">Operation</th>
              <th scope="col">Type</th>
              <th scope="col">Infra</th>
              <th scope="col">Provider</th>
              <th scope="col">After</th>
            </tr>
          </thead>
          <tbody>
            {operations.slice(0, SHOWN).map(({ id, type, infra, provider, dependencies }) => (
              <tr key={id}>
                <td className={table['name']}>{id}</td>
                <td data-label="Type">{type}</td>
                <td data-label="Infra">{infra}</td>
                <td data-label="Provider">{provider ?? 'None'}</td>
                <td data-label="After">{dependencies.join(', ')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {operations.length > SHOWN && (
        <p className="muted">
          and {counted(operations.length - SHOWN, 'more operation')}, which the picture has.
        </p>
      )}
    </>
  );
}

function countsOf(operations: BatchPlan['operations']): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { type } of operations) counts.set(type, (counts.get(type) ?? 0) + 1);
  return counts;
}
