import type { PolicyRule } from '@provisioning/contracts';
import { visible } from '../../format/safe-text.js';
import { Status } from '../../ui/status.js';
import { demandOf } from './approval.js';
import styles from './rule-view.module.css';

/** A rule to read. @param index as decisions name it: from 0 */
export function RuleView({ rule, index }: { rule: PolicyRule; index?: number }) {
  const { effect, action, resource, condition, approval } = rule;
  return (
    <div className={styles['rule']}>
      <div className="row">
        <Status status={effect} />
        {index !== undefined && <span className="muted">Rule {index}</span>}
        <span>{action.includes('*') ? 'every action' : action.join(', ')}</span>
        <span className="muted">on</span>
        <code>{visible(resource)}</code>
      </div>
      {approval && <span>Requires {demandOf(approval)}.</span>}
      {condition !== undefined && <code className={styles['condition']}>{visible(condition)}</code>}
    </div>
  );
}

export function RuleList({ rules }: { rules: readonly PolicyRule[] }) {
  if (rules.length === 0) return <p className="muted">It has no rule.</p>;
  return (
    <ol className={styles['rules']} aria-label="Rules">
      {rules.map((rule, index) => (
        <li key={index}>
          <RuleView rule={rule} index={index} />
        </li>
      ))}
    </ol>
  );
}
