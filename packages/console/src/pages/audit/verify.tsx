import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { AuditVerification } from '@provisioning/contracts';
import { useState } from 'react';
import { auditHeads, auditKeys, auditVerification } from '../../api/queries/audit.js';
import type { VerifySearch } from '../../paths-governance.js';
import { Field } from '../../ui/field.js';
import { CopyButton } from '../../ui/id-chip.js';
import { ErrorNotice, Skeleton } from '../../ui/notices.js';
import { Page } from '../../ui/page.js';
import { Columns, Form, Panel } from '../../ui/panel.js';
import { Progress } from '../../ui/progress.js';
import { Status } from '../../ui/status.js';
import table from '../../ui/table.module.css';
import { Time } from '../../ui/time.js';
import verdict from '../../ui/verdict.module.css';
import styles from './audit.module.css';

export default function Verify() {
  const search: VerifySearch = useSearch({ from: '/signed-in/audit/verify' });
  const navigate = useNavigate({ from: '/audit/verify' });
  const [from, setFrom] = useState(search.from ?? '');
  const [to, setTo] = useState(search.to ?? '');
  const range = { ...(from ? { from } : {}), ...(to ? { to } : {}) };
  const { data, error, isFetching, refetch } = useQuery(auditVerification(range));
  const verify = () => {
    void navigate({ search: range, replace: true });
    void refetch();
  };
  return (
    <Page
      title="Verify the audit trail"
      tabTitle="Verify · Audit"
      actions={
        <Link to="/audit" search={{}} className="button">
          All records
        </Link>
      }
    >
      <Columns>
        <Panel title="Range">
          <Form label="Range" submit={verify}>
            <Field
              label="From"
              type="date"
              value={from}
              hint="Whole days in UTC. Empty: from the first record."
              onChange={({ target }) => setFrom(target.value)}
            />
            <Field
              label="To"
              type="date"
              value={to}
              hint="Empty: to the newest record."
              onChange={({ target }) => setTo(target.value)}
            />
            <div>
              <button type="submit" className="primary" disabled={isFetching}>
                {isFetching ? 'Verifying' : 'Verify'}
              </button>
            </div>
          </Form>
        </Panel>
        <Panel title="Result">
          <div role="status" className="stack">
            {isFetching && (
              <p className="muted">
                Every hash and every signature is checked. A long trail takes its time.
                <Progress value={100} status="Running" label="Verifying" />
              </p>
            )}
            {!isFetching && error && <ErrorNotice error={error} />}
            {!isFetching && data && <Verdict verification={data} />}
            {!isFetching && !data && !error && <p className="muted">Not verified yet.</p>}
          </div>
          <p className="muted">
            To verify it without trusting this service, export the records and run{' '}
            <code>deploy/verify-audit.mjs</code> with a checkpoint that you kept earlier.
          </p>
        </Panel>
      </Columns>
      <Checkpoints />
      <Keys />
    </Page>
  );
}

function Verdict({ verification }: { verification: AuditVerification }) {
  const { ok, checked, first_bad_seq, reason, head } = verification;
  return (
    <div className={verdict['verdict']}>
      <p className="row">
        <Status status={ok ? 'Verified' : 'Altered'} />
        <strong>
          {ok ? `${checked.toLocaleString()} records are unchanged.` : 'The trail was altered.'}
        </strong>
      </p>
      {!ok && (
        <p>
          First bad record:{' '}
          {first_bad_seq === null ? (
            'unknown'
          ) : (
            <Link to="/audit" search={{ before: first_bad_seq + 1, seq: first_bad_seq }}>
              {first_bad_seq}
            </Link>
          )}
          . {reason}
        </p>
      )}
      {head && (
        <p className="muted">
          Signed up to record {head.seq}, <Time at={head.timestamp} />.
        </p>
      )}
    </div>
  );
}

function Checkpoints() {
  const { data, error } = useQuery(auditHeads());
  return (
    <Panel title="Signed checkpoints">
      <p className="muted">
        No change before a checkpoint that you keep elsewhere stays unnoticed. The newest are shown.
      </p>
      {error && <ErrorNotice error={error} />}
      {!data && !error && <Skeleton rows={3} />}
      {data?.items.length === 0 && <p>No checkpoint has been signed yet.</p>}
      {data && data.items.length > 0 && (
        <div className={table['frame']}>
          <table className={table['table']}>
            <thead>
              <tr>
                <th scope="col">Record</th>
                <th scope="col">Signed</th>
                <th scope="col">Key</th>
                <th scope="col">Hash</th>
              </tr>
            </thead>
            <tbody>
              {data.items.map(({ seq, hash, timestamp, key_id }) => (
                <tr key={seq}>
                  <td data-label="Record">{seq}</td>
                  <td>
                    <Time at={timestamp} />
                  </td>
                  <td data-label="Key">
                    <code>{key_id}</code>
                  </td>
                  <td data-wide className={styles['hash']}>
                    {hash}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}

function Keys() {
  const { data, error } = useQuery(auditKeys());
  return (
    <Panel title="Public keys">
      {error && <ErrorNotice error={error} />}
      {data?.map(({ key_id, algorithm, public_key }) => (
        <div key={key_id}>
          <p className="row">
            <code>{key_id}</code> <span className="muted">{algorithm}</span>
            <CopyButton text={public_key} label={`Copy the public key ${key_id}`} />
          </p>
          <pre className={styles['key']}>{public_key.trim()}</pre>
        </div>
      ))}
    </Panel>
  );
}
