import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { Session } from '@provisioning/contracts';
import { every } from '../../api/request-budget.js';
import { client } from '../../api/client.js';
import { ownSessions } from '../../api/queries/account.js';
import { counted } from '../../format/counts.js';
import { safeText } from '../../format/safe-text.js';
import { ConfirmAct } from '../../ui/confirm-act.js';
import { Loaded } from '../../ui/loaded.js';
import table from '../../ui/table.module.css';
import { Time } from '../../ui/time.js';

/** Where the user is signed in. */
export function OwnSessions() {
  const queries = useQueryClient();
  const query = useQuery({ ...ownSessions(), refetchInterval: every(60_000) });
  const { data } = query;
  if (!data) return <Loaded query={query} rows={3} />;
  const others = data.filter(({ current }) => !current);
  const end = async (sessions: readonly Session[]) => {
    for (const { id } of sessions) await client.controlCenter.endSession({ params: { id } });
    await queries.invalidateQueries({ queryKey: ['account', 'sessions'] });
  };
  return (
    <div className="stack">
      <div className={table['frame']}>
        <table className={table['table']}>
          <thead>
            <tr>
              <th scope="col">Browser or program</th>
              <th scope="col">Address</th>
              <th scope="col">Signed in</th>
              <th scope="col">Last seen</th>
              <th scope="col">Ends</th>
              <th scope="col">
                <span className="visually-hidden">End</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {data.map((session) => (
              <Row key={session.id} session={session} end={() => end([session])} />
            ))}
          </tbody>
        </table>
      </div>
      {others.length > 0 && (
        <div>
          <ConfirmAct
            trigger={
              <button type="button" className="danger">
                End all others
              </button>
            }
            title="End all your other sessions?"
            confirm={`End ${counted(others.length, 'session')}`}
            dangerous
            act={() => end(others)}
          >
            <p>You stay signed in here. Everywhere else you must sign in again.</p>
          </ConfirmAct>
        </div>
      )}
    </div>
  );
}

function Row({ session, end }: { session: Session; end(): Promise<void> }) {
  const { user_agent, ip, created_at, last_seen_at, expires_at, current } = session;
  return (
    <tr>
      <td data-wide>{safeText(user_agent ?? 'Unknown')}</td>
      <td>{ip}</td>
      <td data-label="Signed in">
        <Time at={created_at} />
      </td>
      <td data-label="Last seen">
        <Time at={last_seen_at} />
      </td>
      <td data-label="Ends">
        <Time at={expires_at} />
      </td>
      <td data-numeric>
        {current ? (
          <strong>This session</strong>
        ) : (
          <ConfirmAct
            trigger={<button type="button">End</button>}
            title="End this session?"
            confirm="End session"
            act={end}
          >
            <p>That browser or program must sign in again.</p>
          </ConfirmAct>
        )}
      </td>
    </tr>
  );
}
