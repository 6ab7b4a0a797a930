import { useQueryClient } from '@tanstack/react-query';
import type { Me } from '@provisioning/contracts';
import { useState } from 'react';
import { client } from '../../api/client.js';
import { Enroll } from '../../features/second-factor/enroll.js';
import { Field } from '../../ui/field.js';
import { ErrorNotice } from '../../ui/notices.js';
import { Columns, Form, Panel } from '../../ui/panel.js';
import { SecretOnce } from '../../ui/secret-once.js';
import { Status } from '../../ui/status.js';
import { useAct } from '../../ui/use-act.js';

/** The second factor: on or off, and what can be done about it. */
export function SecondFactor({ me }: { me: Me }) {
  const queries = useQueryClient();
  const [codes, setCodes] = useState<string[]>();
  const again = () => queries.invalidateQueries({ queryKey: ['account'] });
  const shown = (next: string[]) => {
    setCodes(next);
    void again();
  };
  return (
    <div className="stack">
      <p className="row">
        <Status status={me.mfa_enabled ? 'Enabled' : 'Disabled'} />
        {me.mfa_enabled
          ? 'Signing in takes a code of your authenticator, or a recovery code.'
          : 'The password alone signs you in.'}
      </p>
      <Columns>
        <Panel title={me.mfa_enabled ? 'Move to another device' : 'Set up a second factor'}>
          <Enroll key={String(me.mfa_enabled)} replaces={me.mfa_enabled} enrolled={shown} />
        </Panel>
        {me.mfa_enabled && (
          <>
            <Panel title="Recovery codes">
              <p>New codes replace the ones that you have.</p>
              <Reauthenticate
                label="New recovery codes"
                act={async (body) =>
                  shown((await client.controlCenter.renewRecoveryCodes({ body })).recovery_codes)
                }
              />
            </Panel>
            <Panel title="Turn it off">
              <p>The password alone signs you in then.</p>
              <Reauthenticate
                label="Disable second factor"
                dangerous
                act={async (body) => {
                  await client.controlCenter.disableMfa({ body });
                  await again();
                }}
              />
            </Panel>
          </>
        )}
      </Columns>
      <SecretOnce
        title="Keep your recovery codes"
        secret={codes}
        what="recovery codes"
        done={() => setCodes(undefined)}
      >
        <p>Each signs you in once when your authenticator is not at hand. They are shown only now.</p>
      </SecretOnce>
    </div>
  );
}

interface ReauthenticateProps {
  label: string;
  dangerous?: boolean;
  act(body: { password: string; mfa_code: string }): Promise<void>;
}

/** Asks for the password and a code again before something is done. */
function Reauthenticate({ label, dangerous = false, act }: ReauthenticateProps) {
  const sent = useAct();
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const submit = () =>
    sent.run(async () => {
      await act({ password, mfa_code: code });
      setPassword('');
      setCode('');
    });
  return (
    <Form label={label} submit={() => void submit()}>
      <Field
        label="Password"
        type="password"
        required
        autoComplete="current-password"
        value={password}
        error={sent.faultOf('password')}
        onChange={({ target }) => setPassword(target.value)}
      />
      <Field
        label="Code"
        required
        autoComplete="one-time-code"
        value={code}
        error={sent.faultOf('mfa_code')}
        onChange={({ target }) => setCode(target.value)}
      />
      {sent.error !== undefined && <ErrorNotice error={sent.error} />}
      <div>
        <button type="submit" className={dangerous ? 'danger' : ''} disabled={sent.busy}>
          {label}
        </button>
      </div>
    </Form>
  );
}
