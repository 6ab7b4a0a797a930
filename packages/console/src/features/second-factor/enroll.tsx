import type { MfaEnrollment } from '@provisioning/contracts';
import { useState } from 'react';
import { client } from '../../api/client.js';
import { Field } from '../../ui/field.js';
import { ErrorNotice } from '../../ui/notices.js';
import { Form } from '../../ui/panel.js';
import { useAct } from '../../ui/use-act.js';
import styles from './enroll.module.css';

interface EnrollProps {
  /** Typed a moment ago; asked for where absent. */
  password?: string | undefined;
  /** Whether the account has a second factor that this one replaces: its code is asked for too. */
  replaces?: boolean;
  /** @param codes the recovery codes, which are shown only now */
  enrolled(codes: string[]): void;
}

/** Sets up a second factor: password, key, first code. */
export function Enroll({ password, replaces = false, enrolled }: EnrollProps) {
  const [pending, setPending] = useState<MfaEnrollment>();
  return pending ? (
    <Confirm enrollment={pending} enrolled={enrolled} />
  ) : (
    <Start password={password} replaces={replaces} started={setPending} />
  );
}

interface StartProps {
  password: string | undefined;
  replaces: boolean;
  started(enrollment: MfaEnrollment): void;
}

function Start({ password, replaces, started }: StartProps) {
  const enroll = useAct();
  const [typed, setTyped] = useState('');
  const [code, setCode] = useState('');
  const submit = () =>
    enroll.run(async () => {
      const body = { password: password ?? typed, ...(replaces ? { mfa_code: code } : {}) };
      started(await client.controlCenter.enrollMfa({ body }));
    });
  return (
    <Form label="Set up a second factor" submit={() => void submit()}>
      {password === undefined && (
        <Field
          label="Password"
          type="password"
          required
          autoComplete="current-password"
          value={typed}
          error={enroll.faultOf('password')}
          onChange={({ target }) => setTyped(target.value)}
        />
      )}
      {replaces && (
        <Field
          label="Current code"
          required
          autoComplete="one-time-code"
          value={code}
          error={enroll.faultOf('mfa_code')}
          onChange={({ target }) => setCode(target.value)}
        />
      )}
      {enroll.error !== undefined && <ErrorNotice error={enroll.error} />}
      <div>
        <button type="submit" className="primary" disabled={enroll.busy}>
          Set it up
        </button>
      </div>
    </Form>
  );
}

interface ConfirmProps {
  enrollment: MfaEnrollment;
  enrolled(codes: string[]): void;
}

function Confirm({ enrollment: { qr_code, secret }, enrolled }: ConfirmProps) {
  const confirm = useAct();
  const [code, setCode] = useState('');
  const submit = () =>
    confirm.run(async () =>
      enrolled((await client.controlCenter.confirmMfa({ body: { code } })).recovery_codes),
    );
  return (
    <Form label="Confirm the second factor" submit={() => void submit()}>
      <p>Scan this with an authenticator app, then type the code that it shows.</p>
      <img className={styles['qr']} src={qr_code} alt="QR code of the key below" />
      <p>
        Or type the key: <code>{secret.replaceAll(/(.{4})/g, '$1 ').trim()}</code>
      </p>
      <Field
        label="Code"
        required
        autoFocus
        autoComplete="one-time-code"
        value={code}
        error={confirm.faultOf('code')}
        onChange={({ target }) => setCode(target.value)}
      />
      {confirm.error !== undefined && <ErrorNotice error={confirm.error} />}
      <div>
        <button type="submit" className="primary" disabled={confirm.busy}>
          Confirm
        </button>
      </div>
    </Form>
  );
}
