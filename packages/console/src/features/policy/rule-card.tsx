import type { ErrorDetail, PolicyRule } from '@provisioning/contracts';
import { Plus, Trash2 } from 'lucide-react';
import { POLICY_ACTIONS } from '../../paths-governance.js';
import { Checks, Field, Select, TextField } from '../../ui/field.js';
import { ApprovalFields } from './approval-fields.js';
import { withEffect } from './approval.js';
import { Problem } from './problem.js';
import styles from './policy-editor.module.css';

const ACTIONS = ['*', ...POLICY_ACTIONS] as const satisfies readonly PolicyRule['action'][number][];

const EXAMPLES = [
  "'operator' in user.roles",
  "context.infra == 'production'",
  'context.check_mode',
  'context.owner == user.id',
];

interface RuleCardProps {
  rule: PolicyRule;
  index: number;
  problems: readonly ErrorDetail[];
  onChange(rule: PolicyRule): void;
  remove(): void;
}

/** One rule as a form. */
export function RuleCard({ rule, index, problems, onChange, remove }: RuleCardProps) {
  const { condition, ...unconditional } = rule;
  const of = (member: string) => problems.filter(({ path }) => path.startsWith(`rules[${index}].${member}`));
  const setCondition = (next: string) =>
    onChange(next === '' ? unconditional : { ...unconditional, condition: next });
  return (
    <fieldset className={styles['card']} aria-label={`Rule ${index}`}>
      <header>
        <strong>Rule {index}</strong>
        <button type="button" className="icon-button" aria-label={`Remove rule ${index}`} onClick={remove}>
          <Trash2 aria-hidden />
        </button>
      </header>
      <div className={styles['line']}>
        <Select
          label="Effect"
          value={rule.effect}
          onChange={({ target }) => onChange(withEffect(rule, target.value))}
        >
          <option>Allow</option>
          <option>Deny</option>
          <option>RequireApproval</option>
        </Select>
        <Field
          label="Resource"
          required
          value={rule.resource}
          placeholder="servers:*"
          hint="type:id, with * for any: servers:production, tasks:*, *"
          error={of('resource')[0]?.message}
          onChange={({ target }) => onChange({ ...rule, resource: target.value })}
        />
      </div>
      <Checks
        label="Actions"
        options={ACTIONS}
        value={rule.action}
        error={of('action')[0]?.message}
        onChange={(action) => onChange({ ...rule, action: ACTIONS.filter((each) => action.includes(each)) })}
      />
      {rule.approval && (
        <ApprovalFields
          approval={rule.approval}
          problems={of('approval')}
          onChange={(approval) => onChange({ ...rule, approval })}
        />
      )}
      <TextField
        label="Condition"
        rows={2}
        spellCheck={false}
        value={condition ?? ''}
        hint="A CEL expression over user, resource, action, request and context. Empty: always."
        aria-invalid={of('condition').length > 0 || undefined}
        onChange={({ target }) => setCondition(target.value)}
      />
      <div role="status">
        {of('condition').map(({ line, column, message }) => (
          <Problem
            key={message}
            text={condition ?? ''}
            place={line === undefined || column === undefined ? undefined : { line, column }}
            message={message}
          />
        ))}
      </div>
      {condition === undefined && <Examples insert={setCondition} />}
    </fieldset>
  );
}

function Examples({ insert }: { insert(condition: string): void }) {
  return (
    <div className={styles['examples']} role="group" aria-label="Insert an example">
      {EXAMPLES.map((example) => (
        <button key={example} type="button" onClick={() => insert(example)}>
          <Plus aria-hidden /> {example}
        </button>
      ))}
    </div>
  );
}
