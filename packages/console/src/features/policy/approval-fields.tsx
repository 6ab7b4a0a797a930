import type { ErrorDetail, PolicyRule } from '@provisioning/contracts';
import { Check, Field } from '../../ui/field.js';
import styles from './policy-editor.module.css';

type Approval = NonNullable<PolicyRule['approval']>;

interface ApprovalFieldsProps {
  approval: Approval;
  problems: readonly ErrorDetail[];
  onChange(approval: Approval): void;
}

/** Who must approve, as a part of a rule's form. */
export function ApprovalFields({ approval, problems, onChange }: ApprovalFieldsProps) {
  const { roles, distinct_from: excluded, expires_in: expiry, ...rest } = approval;
  const limits = {
    ...(roles ? { roles } : {}),
    ...(excluded ? { distinct_from: excluded } : {}),
    ...(expiry === undefined ? {} : { expires_in: expiry }),
  };
  const set = (next: { [Member in keyof Approval]?: Approval[Member] | undefined }) =>
    onChange(withoutAbsent({ ...rest, ...limits, ...next }));
  return (
    <>
      <div className={styles['line']}>
        <Field
          label="Approvals"
          type="number"
          min={1}
          max={20}
          required
          value={approval.count}
          onChange={({ target }) => set({ count: target.valueAsNumber || 1 })}
        />
        <Field
          label="By users with one of these roles"
          value={roles?.join(', ') ?? ''}
          hint="Separated by commas. Empty: every user who may approve."
          onChange={({ target }) => set({ roles: namesIn(target.value) })}
        />
        <Field
          label="Valid for (seconds)"
          type="number"
          min={1}
          value={expiry ?? ''}
          hint="Empty: approvals do not expire."
          onChange={({ target }) =>
            set({ expires_in: target.value === '' ? undefined : target.valueAsNumber })
          }
        />
      </div>
      <Check
        label="The submitter's approval does not count"
        checked={excluded !== undefined}
        onChange={(checked) => set({ distinct_from: checked ? ['submitter'] : undefined })}
      />
      <div role="status">
        {problems.map(({ path, message }) => (
          <p key={path}>
            <code>{path}</code> {message}
          </p>
        ))}
      </div>
    </>
  );
}

/** A comma at the end stays in the field as an empty name, so that another name can be typed. */
function namesIn(text: string): string[] | undefined {
  return text.trim() === '' ? undefined : text.split(',').map((name) => name.trimStart());
}

/** The type of the contract has no undefined members. */
function withoutAbsent(approval: { [Member in keyof Approval]?: Approval[Member] | undefined }): Approval {
  // Safe cast: JSON omits absent members, and the service validates the rules.
  return JSON.parse(JSON.stringify(approval)) as Approval;
}
