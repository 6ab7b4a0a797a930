import { Link } from '@tanstack/react-router';
import type { StoredPlan } from '@provisioning/contracts';
import { demandOf } from '../../features/policy/approval.js';
import { safeText } from '../../format/safe-text.js';
import { Status } from '../../ui/status.js';
import table from '../../ui/table.module.css';
import { Time } from '../../ui/time.js';

/** The approvals that the policies require, and whose count. */
export function Requirements({ requirements }: Pick<StoredPlan, 'requirements'>) {
  if (requirements.length === 0) return null;
  return (
    <section aria-label="Requirements" className="stack">
      <h2>Requirements</h2>
      <div className={table['frame']}>
        <table className={table['table']}>
          <thead>
            <tr>
              <th scope="col">State</th>
              <th scope="col">Requires</th>
              <th scope="col">Approved by</th>
              <th scope="col">Policy</th>
            </tr>
          </thead>
          <tbody>
            {requirements.map((requirement) => (
              <Requirement key={`${requirement.policy}/${requirement.rule}`} requirement={requirement} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Requirement({ requirement }: { requirement: StoredPlan['requirements'][number] }) {
  const { policy_id, policy, rule, count, fulfilled, fulfilled_by: by } = requirement;
  const words = `${by.length.toLocaleString()} of ${count.toLocaleString()}`;
  return (
    <tr>
      <td>
        <Status status={fulfilled ? 'fulfilled' : 'open'} />
      </td>
      <td data-wide>{demandOf({ ...requirement, roles: requirement.roles ?? undefined })}</td>
      <td data-label="Approved by">{by.length > 0 ? `${words}: ${by.join(', ')}` : words}</td>
      <td data-label="Policy">
        {policy_id ? (
          <Link to="/policies/$id" params={{ id: policy_id }} search={{}}>
            {safeText(policy)}
          </Link>
        ) : (
          safeText(policy)
        )}
        <span className="muted"> rule {rule}</span>
      </td>
    </tr>
  );
}

/** What users have decided about a plan. */
export function Decisions({ decisions }: Pick<StoredPlan, 'decisions'>) {
  if (decisions.length === 0) return null;
  return (
    <section aria-label="Decisions" className="stack">
      <h2>Decisions</h2>
      <div className={table['frame']}>
        <table className={table['table']}>
          <thead>
            <tr>
              <th scope="col">Decision</th>
              <th scope="col">User</th>
              <th scope="col">Comment</th>
              <th scope="col">Decided</th>
            </tr>
          </thead>
          <tbody>
            {decisions.map(({ user, decision, comment, decided_at }) => (
              <tr key={user}>
                <td>
                  <Status status={decision === 'approve' ? 'Approved' : 'Rejected'} />
                </td>
                <td>{user}</td>
                <td data-wide>{comment && safeText(comment)}</td>
                <td className={table['narrow']}>
                  <Time at={decided_at} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
