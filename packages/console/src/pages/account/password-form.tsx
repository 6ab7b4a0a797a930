import { useQueryClient } from '@tanstack/react-query';
import type { Me } from '@provisioning/contracts';
import { useState } from 'react';
import { client } from '../../api/client.js';
import { Field } from '../../ui/field.js';
import { ErrorNotice } from '../../ui/notices.js';
import { Form } from '../../ui/panel.js';
import { useAct } from '../../ui/use-act.js';

const EMPTY = { password: '', next: '', again: '', code: '' };

export function PasswordForm({ me }: { me: Me }) {
  const queries = useQueryClient();
  const change = useAct();
  const [form, setForm] = useState(EMPTY);
  const [isChanged, setIsChanged] = useState(false);
  const differs = form.again !== '' && form.again !== form.next;
  const set = (part: Partial<typeof EMPTY>) => {
    setForm({ ...form, ...part });
    setIsChanged(false);
  };
  const submit = () =>
    change.run(async () => {
      const { password, next, code } = form;
      const body = { password, new_password: next, ...(me.mfa_enabled ? { mfa_code: code } : {}) };
      await client.controlCenter.changePassword({ body });
      setForm(EMPTY);
      setIsChanged(true);
      await queries.invalidateQueries({ queryKey: ['account'] });
    });
  return (
    <Form label="Password" submit={() => void submit()}>
      <p className="muted">Your other sessions end, and your API tokens are revoked.</p>
      <Field
        label="Current password"
        type="password"
        required
        autoComplete="current-password"
        value={form.password}
        error={change.faultOf('password')}
        onChange={({ target }) => set({ password: target.value })}
      />
      <Field
        label="New password"
        type="password"
        required
        autoComplete="new-password"
        hint="At least 12 characters, and not a common password."
        value={form.next}
        error={change.faultOf('new_password')}
        onChange={({ target }) => set({ next: target.value })}
      />
      <Field
        label="Repeat it"
        type="password"
        required
        autoComplete="new-password"
        value={form.again}
        error={differs ? 'differs from the new password.' : undefined}
        onChange={({ target }) => set({ again: target.value })}
      />
      {me.mfa_enabled && (
        <Field
          label="Code"
          required
          autoComplete="one-time-code"
          hint="Six digits of your authenticator, or a recovery code."
          value={form.code}
          error={change.faultOf('mfa_code')}
          onChange={({ target }) => set({ code: target.value })}
        />
      )}
      {change.error !== undefined && <ErrorNotice error={change.error} />}
      <div className="row">
        <button type="submit" className="primary" disabled={change.busy || differs}>
          Change password
        </button>
        <span role="status">{isChanged ? 'Your password has been changed.' : ''}</span>
      </div>
    </Form>
  );
}
