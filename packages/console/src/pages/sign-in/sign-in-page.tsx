import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useRouter, useSearch } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { BASE } from '../../api/base.js';
import { rightsQuery } from '../../api/rights.js';
import { announce, sessionQuery, signedIn, type Session } from '../../api/session.js';
import { SignInForm } from '../../features/sign-in/sign-in-form.js';
import { Enrollment } from './enrollment.js';
import styles from './sign-in-page.module.css';

export default function SignInPage() {
  const { next } = useSearch({ from: '/sign-in' });
  const router = useRouter();
  const queries = useQueryClient();
  const { data: session } = useQuery(sessionQuery);
  const [password, setPassword] = useState<string>();
  useEffect(() => {
    document.title = 'Sign in · Provisioning';
  }, []);
  const goOn = (began: Session) => {
    queries.setQueryData(sessionQuery.queryKey, began);
    // The user may be another one.
    queries.removeQueries({ queryKey: rightsQuery.queryKey });
    announce('signed-in');
    if (began.scope === null) router.history.push(router.basepath.replace(/\/$/, '') + (next ?? '/'));
  };
  const mustEnroll = signedIn(session)?.scope === 'mfa_enrollment';
  const isDevelopment = session?.mode === 'development';
  return (
    <main className={styles['page']}>
      <div className={styles['card']}>
        <p className={styles['brand']}>
          <img src={`${BASE}favicon.svg`} alt="" width="24" height="24" />
          Provisioning
        </p>
        {mustEnroll ? (
          <Enrollment password={password} done={goOn} />
        ) : (
          <>
            <h1>Sign in</h1>
            <SignInForm
              done={(began, typed) => {
                setPassword(began.scope === null ? undefined : typed);
                goOn(began);
              }}
            />
            {isDevelopment && (
              <p className="muted">
                The first administrator is <code>admin</code>. Unless <code>ADMIN_PASSWORD</code> was set, the
                password is in the file <code>admin-password</code> of the data directory, and was printed at
                the first start.
              </p>
            )}
          </>
        )}
      </div>
    </main>
  );
}
