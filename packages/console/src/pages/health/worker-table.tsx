import type { Worker } from '@provisioning/contracts';
import { Status } from '../../ui/status.js';
import table from '../../ui/table.module.css';
import { Time } from '../../ui/time.js';

export function WorkerTable({ workers }: { workers: readonly Worker[] }) {
  return (
    <div className={table['frame']}>
      <table className={table['table']}>
        <thead>
          <tr>
            <th scope="col">State</th>
            <th scope="col">Host</th>
            <th scope="col">Slot</th>
            <th scope="col">Running tasks</th>
            <th scope="col">Lease left</th>
            <th scope="col">Started</th>
            <th scope="col">Draining since</th>
            <th scope="col">Fault</th>
          </tr>
        </thead>
        <tbody>
          {workers.map((worker) => (
            <tr key={worker.id}>
              <td>
                <Status status={worker.state} />
              </td>
              <td className={table['name']}>{worker.host}</td>
              <td data-label="Slot">{worker.slot}</td>
              <td data-label="Running tasks">{worker.running}</td>
              <td data-label="Lease left">{Math.round(worker.lease_left)} s</td>
              <td data-label="Started">
                <Time at={worker.started_at} />
              </td>
              <td data-label="Draining since">
                {worker.draining_since !== null && <Time at={worker.draining_since} />}
              </td>
              <td data-wide>{worker.fault}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
