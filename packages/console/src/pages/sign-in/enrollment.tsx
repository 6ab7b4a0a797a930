import type { MfaEnrollment } from '@provisioning/contracts';
import { useState, type FormEvent } from 'react';
import { client } from '../../api/client.js';
import { refreshSession, type Session } from '../../api/session.js';
import form from '../../features/sign-in/sign-in-form.module.css';
import { Field } from '../../ui/field.js';
import { CopyButton } from '../../ui/id-chip.js';
import { ErrorNotice } from '../../ui/notices.js';
import styles from './sign-in-page.module.css';

interface EnrollmentProps {
  /** Typed a moment ago; asked for again where the page was loaded anew. */
  password: string | undefined;
  done(session: Session): void;
}

/** Sets up the second factor that this account must have: key, code, recovery codes. */
export function Enrollment({ password, done }: EnrollmentProps) {
  const [enrolled, setEnrolled] = useState<MfaEnrollment>();
  const [codes, setCodes] = useState<string[]>();
  const [error, setError] = useState<unknown>();
  const attempt = async (act: () => Promise<void>) => {
    setError(undefined);
    await act().catch(setError);
  };
  const fieldOf = (event: FormEvent<HTMLFormElement>, name: string) => {
    event.preventDefault();
    return String(new FormData(event.currentTarget).get(name) ?? '');
  };
  const enroll = (typed: string) =>
    attempt(async () =>
      setEnrolled(await client.controlCenter.enrollMfa({ body: { password: password ?? typed } })),
    );
  const confirm = (code: string) =>
    attempt(async () => {
      setCodes((await client.controlCenter.confirmMfa({ body: { code } })).recovery_codes);
    });
  const finish = () => attempt(async () => done(await refreshSession()));

  const notice = error === undefined ? null : <ErrorNotice error={error} />;
  if (codes) {
    return (
      <>
        <h1>Keep your recovery codes</h1>
        <p>Each signs you in once when your authenticator is not at hand. They are shown only now.</p>
        <ul className={styles['codes']}>
          {codes.map((code) => (
            <li key={code} className="mono">
              {code}
            </li>
          ))}
        </ul>
        <CopyButton text={codes.join('\n')} label="Copy the recovery codes" />
        {notice}
        <button type="button" className="primary" onClick={() => void finish()}>
          I have kept them
        </button>
      </>
    );
  }
  if (enrolled) {
    return (
      <form className={form['form']} onSubmit={(event) => void confirm(fieldOf(event, 'code'))}>
        <h1>Set up your second factor</h1>
        <p>Scan this with an authenticator app, then type the code that it shows.</p>
        <img className={styles['qr']} src={enrolled.qr_code} alt="QR code of the key below" />
        <p>
          Or type the key: <code>{enrolled.secret.replaceAll(/(.{4})/g, '$1 ').trim()}</code>
        </p>
        <Field name="code" label="Code" autoComplete="one-time-code" required autoFocus />
        {notice}
        <button type="submit" className="primary">
          Confirm
        </button>
      </form>
    );
  }
  return (
    <form className={form['form']} onSubmit={(event) => void enroll(fieldOf(event, 'password'))}>
      <h1>A second factor is required</h1>
      <p>Your account must have a second factor. You need an authenticator app on your phone.</p>
      {password === undefined && (
        <Field name="password" label="Password" type="password" autoComplete="current-password" required />
      )}
      {notice}
      <button type="submit" className="primary">
        Set it up
      </button>
    </form>
  );
}
