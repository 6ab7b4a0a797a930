import { ProvisioningError } from '@provisioning/client';
import { useRef, useState, type FormEvent } from 'react';
import { signIn, type Session } from '../../api/session.js';
import { Field } from '../../ui/field.js';
import { ErrorNotice } from '../../ui/notices.js';
import styles from './sign-in-form.module.css';

interface SignInFormProps {
  /** Who has to sign in; anybody where absent. */
  username?: string | undefined;
  /** @param password as it was typed, for what asks for it again at once */
  done(session: Session, password: string): void;
}

/** User name and password, then a code where the account has a second factor. What was typed stays after a refusal. */
export function SignInForm({ username, done }: SignInFormProps) {
  const [needsCode, setNeedsCode] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const form = useRef<HTMLFormElement>(null);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    const password = String(given.get('password'));
    const code = String(given.get('code') ?? '').trim();
    setBusy(true);
    setError(undefined);
    try {
      done(
        await signIn({
          username: username ?? String(given.get('username')),
          password,
          ...(code === '' ? {} : { mfa_code: code }),
        }),
        password,
      );
    } catch (failure) {
      const isFirstAsk = failure instanceof ProvisioningError && failure.code === 'mfa_required';
      if (isFirstAsk) setNeedsCode(true);
      if (!isFirstAsk || needsCode) setError(failure);
      const field = isFirstAsk || needsCode ? 'code' : username === undefined ? 'username' : 'password';
      // After the field is there.
      setTimeout(() => form.current?.querySelector<HTMLInputElement>(`[name=${field}]`)?.focus());
    } finally {
      setBusy(false);
    }
  };
  return (
    <form ref={form} className={styles['form']} onSubmit={(event) => void submit(event)}>
      {username === undefined && (
        <Field name="username" label="Username" autoComplete="username" required autoFocus />
      )}
      <Field
        name="password"
        label="Password"
        type="password"
        autoComplete="current-password"
        required
        autoFocus={username !== undefined}
      />
      {needsCode && (
        <Field
          name="code"
          label="Code"
          hint="Six digits of your authenticator, or a recovery code."
          autoComplete="one-time-code"
          required
        />
      )}
      {error !== undefined && <ErrorNotice error={error} />}
      <button type="submit" className="primary" disabled={busy}>
        Sign in
      </button>
    </form>
  );
}
