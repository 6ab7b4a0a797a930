import table from '../../ui/table.module.css';
import notices from '../../ui/notices.module.css';
import type { Difference } from './conflict.js';

interface ConflictNoticeProps {
  what: string;
  differences: readonly Difference[];
  /** Goes on with what the user typed, on top of the change of the other person. */
  keepMine(): void;
  /** Drops what the user typed. */
  takeTheirs(): void;
}

/** Shows what another person changed while a form was open. Nothing that was typed is lost before the user decides. */
export function ConflictNotice({ what, differences, keepMine, takeTheirs }: ConflictNoticeProps) {
  return (
    <div role="alert" className={notices['error']}>
      <p>
        <strong>Another person changed this {what} meanwhile. Nothing was saved.</strong>
      </p>
      {differences.length === 0 ? (
        <p>What they changed is not in this form.</p>
      ) : (
        <table className={table['table']}>
          <thead>
            <tr>
              <th scope="col">Field</th>
              <th scope="col">Before</th>
              <th scope="col">Now</th>
              <th scope="col">Yours</th>
            </tr>
          </thead>
          <tbody>
            {differences.map(({ field, before, now, mine }) => (
              <tr key={field}>
                <td>{field}</td>
                <td data-label="Before">{before}</td>
                <td data-label="Now">{now}</td>
                <td data-label="Yours">{mine}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <p className="row">
        <button type="button" onClick={keepMine}>
          Keep my changes
        </button>
        <button type="button" onClick={takeTheirs}>
          Discard my changes
        </button>
      </p>
    </div>
  );
}
