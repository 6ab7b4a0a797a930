import { useState } from 'react';
import { refreshSession, type Session } from '../../api/session.js';
import { Enroll } from '../../features/second-factor/enroll.js';
import { CopyButton } from '../../ui/id-chip.js';
import { ErrorNotice } from '../../ui/notices.js';
import { useAct } from '../../ui/use-act.js';
import styles from './sign-in-page.module.css';

interface EnrollmentProps {
  /** Typed a moment ago; asked for again where the page was loaded anew. */
  password: string | undefined;
  done(session: Session): void;
}

/** Sets up the second factor that this account must have, and shows the recovery codes before the user goes on. */
export function Enrollment({ password, done }: EnrollmentProps) {
  const [codes, setCodes] = useState<string[]>();
  const finish = useAct();
  if (!codes) {
    return (
      <>
        <h1>A second factor is required</h1>
        <p>Your account must have a second factor. You need an authenticator app on your phone.</p>
        <Enroll password={password} enrolled={setCodes} />
      </>
    );
  }
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
      {finish.error !== undefined && <ErrorNotice error={finish.error} />}
      <button
        type="button"
        className="primary"
        disabled={finish.busy}
        onClick={() => void finish.run(async () => done(await refreshSession()))}
      >
        I have kept them
      </button>
    </>
  );
}
