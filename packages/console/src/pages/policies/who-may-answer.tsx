import { Link } from '@tanstack/react-router';
import type { DataOf, simulatePolicies, Verdict as Decision } from '@provisioning/contracts';
import type { Question } from '../../api/queries/simulation.js';
import { demandOf } from '../../features/policy/approval.js';
import { safeText } from '../../format/safe-text.js';
import { Status } from '../../ui/status.js';
import table from '../../ui/table.module.css';
import styles from '../../ui/verdict.module.css';
import { Verdict } from './verdict.js';

type Result = DataOf<typeof simulatePolicies>;
type Rule = NonNullable<Result['rules']>[number];

const SENTENCES: Record<Decision, string> = {
  ALLOW: 'A rule allows it, and none denies it.',
  NEEDS_APPROVAL: 'A rule allows it, with an approved plan.',
  EXPLICIT_DENY: 'A rule denies it.',
  IMPLICIT_DENY: 'No rule allows it.',
};
const MAY: Record<Decision, string> = {
  ALLOW: 'may',
  NEEDS_APPROVAL: 'may, once it is approved,',
  EXPLICIT_DENY: 'may not',
  IMPLICIT_DENY: 'may not',
};
const OUTCOMES: Record<Rule['outcome'], string> = {
  applies: 'It applies.',
  condition_false: 'Its condition does not hold.',
  condition_error: 'Its condition could not be evaluated.',
  other_action: 'It is about other actions.',
  other_resource: 'It is about other resources.',
};
/** Rules about other resources are no near miss. */
const isNear = ({ outcome }: Rule) => outcome !== 'other_resource';

/** The verdict in a word, the rule that decided, and why each near miss did not. */
export function Answer({ result, question }: { result: Result; question: Question }) {
  const { decision, rules = [], approvals = [], errors } = result;
  const deciding = rules.find(({ decided }) => decided);
  const near = rules.filter((rule) => isNear(rule) && rule !== deciding);
  const who = question.principal.username ?? `A user with the roles ${question.principal.roles.join(', ')}`;
  return (
    <>
      <section className={styles['verdict']} aria-label="Verdict">
        <div className="row">
          <Verdict verdict={decision} />
          <strong>
            {safeText(who)} {MAY[decision]} {question.action} <code>{safeText(question.resource)}</code>
          </strong>
        </div>
        <p>
          {SENTENCES[decision]}{' '}
          {deciding && (
            <>
              Decided by <RuleName rule={deciding} />.
            </>
          )}
        </p>
        {decision === 'NEEDS_APPROVAL' &&
          approvals.map((each) => (
            <p key={`${each.policy} ${each.rule}`}>
              <RuleName rule={each} /> requires {demandOf({ ...each, roles: each.roles ?? undefined })}.
            </p>
          ))}
        {errors.map(({ path, message }) => (
          <p key={path + message}>
            <code>{path}</code> {message}
          </p>
        ))}
      </section>
      <section className="stack" aria-label="Near misses">
        <h2>Near misses</h2>
        {near.length === 0 ? (
          <p className="muted">No other rule is about this resource.</p>
        ) : (
          <div className={table['frame']}>
            <table className={table['table']}>
              <thead>
                <tr>
                  <th scope="col">Effect</th>
                  <th scope="col">Rule</th>
                  <th scope="col">Why it did not decide</th>
                </tr>
              </thead>
              <tbody>
                {near.map((rule) => (
                  <tr key={`${rule.policy} ${rule.rule}`}>
                    <td>
                      <Status status={rule.effect} />
                    </td>
                    <td>
                      <RuleName rule={rule} />
                    </td>
                    <td data-wide>
                      {OUTCOMES[rule.outcome]} {rule.message}
                      {rule.outcome === 'applies' && !rule.decided && ' Another rule decided.'}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </section>
    </>
  );
}

function RuleName({
  rule: { policy_id, policy, rule },
}: {
  rule: Pick<Rule, 'policy_id' | 'policy' | 'rule'>;
}) {
  const name = `${policy}, rule ${rule}`;
  if (policy_id === null) return <>{name}</>;
  return (
    <Link to="/policies/$id" params={{ id: policy_id }} search={{}}>
      {name}
    </Link>
  );
}
