import { Link } from '@tanstack/react-router';
import type { Lock } from '@provisioning/contracts';
import { shortId } from '../../ui/id-chip.js';
import table from '../../ui/table.module.css';
import { Time } from '../../ui/time.js';

export function LockTable({ locks }: { locks: readonly Lock[] }) {
  return (
    <div className={table['frame']}>
      <table className={table['table']}>
        <thead>
          <tr>
            <th scope="col">Infra</th>
            <th scope="col">Held by</th>
            <th scope="col">Since</th>
            <th scope="col">Waiting</th>
          </tr>
        </thead>
        <tbody>
          {locks.map(({ infra, holder, waiting }) => (
            <tr key={infra}>
              <td className={table['name']}>{infra}</td>
              <td>
                <Holder holder={holder} />
              </td>
              <td data-label="Since">
                <Time at={holder.since} />
              </td>
              <td data-label="Waiting">{waiting}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Holder({ holder: { task_id, batch_id } }: Pick<Lock, 'holder'>) {
  if (task_id !== null) {
    return (
      <Link to="/tasks/$id" params={{ id: task_id }}>
        task {shortId(task_id)}
      </Link>
    );
  }
  return batch_id === null ? null : (
    <Link to="/batches/$id" params={{ id: batch_id }}>
      batch {shortId(batch_id)}
    </Link>
  );
}
