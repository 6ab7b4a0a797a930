import { useQuery } from '@tanstack/react-query';
import { taskHistory } from '../../api/queries/tasks.js';
import { safeText } from '../../format/safe-text.js';
import { Loaded } from '../../ui/loaded.js';
import { EmptyState } from '../../ui/notices.js';
import { Time } from '../../ui/time.js';
import styles from './task-page.module.css';
import { counted } from '../../format/counts.js';

/** Every transition of a task, the newest first; of a cancelled one with the receipt for its processes. */
export function TaskHistory({ id }: { id: string }) {
  const query = useQuery(taskHistory(id));
  const { data } = query;
  if (!data) return <Loaded query={query} rows={4} />;
  if (data.length === 0) return <EmptyState>Nothing is recorded of this task any more.</EmptyState>;
  return (
    <ol className={styles['history']}>
      {data.map(({ snapshot_id, timestamp, state, details }) => (
        <li key={snapshot_id}>
          <Time at={timestamp} />
          <div>
            <strong>{state.replaceAll('_', ' ')}</strong>
            <Details details={details} />
          </div>
        </li>
      ))}
    </ol>
  );
}

const RECEIPT = new Set(['signals', 'ended_at', 'leftovers_killed', 'left']);

function Details({ details }: { details: Record<string, unknown> }) {
  const others = Object.entries(details).filter(
    ([name, value]) => !RECEIPT.has(name) && value !== null && typeof value !== 'object',
  );
  const { left, signals } = details;
  const count = Array.isArray(left) ? left.length : undefined;
  return (
    <>
      {others.length > 0 && (
        <p className="muted">
          {others
            .map(([name, value]) => `${name.replaceAll('_', ' ')} ${safeText(String(value))}`)
            .join(' · ')}
        </p>
      )}
      {Array.isArray(signals) && signals.length > 0 && (
        <p className="muted">sent {signals.map(nameOf).join(', ')}</p>
      )}
      {count !== undefined && (
        <p className={count > 0 ? styles['bad'] : 'muted'}>
          {counted(count, 'process', 'processes')} left
          {count > 0 ? `: end ${String(left)} on the worker by hand.` : ''}
        </p>
      )}
    </>
  );
}

/** Of a signal that was sent; older snapshots have its name alone. */
function nameOf(sent: unknown): string {
  return typeof sent === 'object' && sent !== null && 'signal' in sent ? String(sent.signal) : String(sent);
}
