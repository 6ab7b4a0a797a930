import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import type { Policy } from '@provisioning/contracts';
import { useState } from 'react';
import { client } from '../../api/client.js';
import { ifMatch } from '../../api/if-match.js';
import { policyDetail } from '../../api/queries/policies.js';
import { differences, isConflict, rebased } from '../../features/conflict/conflict.js';
import { ConflictNotice } from '../../features/conflict/conflict-notice.js';
import {
  dropDraft,
  keepDraft,
  readDraft,
  type BaseVersion,
  type PolicyDraft,
} from '../../features/policy/drafts.js';
import { PolicyEditor } from '../../features/policy/policy-editor.js';
import { useValidation } from '../../features/policy/use-validation.js';
import { ConfirmAct } from '../../ui/confirm-act.js';
import { Loaded } from '../../ui/loaded.js';
import { ErrorNotice } from '../../ui/notices.js';
import { Page } from '../../ui/page.js';
import { Status } from '../../ui/status.js';
import { useAct } from '../../ui/use-act.js';
import styles from './policies.module.css';

export default function PolicyEdit() {
  const { id } = useParams({ from: '/signed-in/policies/$id/edit' });
  const query = useQuery({ ...policyDetail(id), refetchOnReconnect: false });
  const { data } = query;
  if (!data) {
    return (
      <Page title="Edit policy">
        <Loaded query={query} rows={8} />
      </Page>
    );
  }
  return (
    <Page
      title={`Edit ${data.data.name}`}
      tabTitle={`Edit ${data.data.name} · Policies`}
      aside={<Status status={data.data.enabled ? 'Enabled' : 'Disabled'} />}
    >
      <Editor key={id} policy={data.data} etag={data.etag} />
    </Page>
  );
}

const draftOf = ({ name, version, description, rules }: Policy): PolicyDraft => ({
  name,
  version,
  description: description ?? '',
  rules,
});

function Editor({ policy, etag }: { policy: Policy; etag: string | undefined }) {
  const { id, enabled } = policy;
  const queries = useQueryClient();
  const navigate = useNavigate();
  const save = useAct();
  // A kept draft goes on from the version that it started from: saving it over a newer one is a conflict.
  const [kept] = useState(() => readDraft(id));
  const [base, setBase] = useState<BaseVersion>(kept?.base ?? { values: draftOf(policy), etag });
  const [draft, setDraft] = useState(kept?.draft ?? base.values);
  const [theirs, setTheirs] = useState<BaseVersion>();
  const [isReadable, setIsReadable] = useState(true);
  const validation = useValidation(isReadable ? draft.rules : undefined);
  const isDirty = JSON.stringify(draft) !== JSON.stringify(base.values);
  const change = (next: PolicyDraft, version = base) => {
    setDraft(next);
    keepDraft(id, next, version);
  };
  const start = (version: BaseVersion, next: PolicyDraft) => {
    setBase(version);
    setTheirs(undefined);
    change(next, version);
  };
  const send = async () => {
    const params = { id };
    try {
      await client.controlCenter.updatePolicy({ params, body: draft, headers: ifMatch(base.etag) });
    } catch (error) {
      if (!isConflict(error)) throw error;
      const now = await queries.fetchQuery({ ...policyDetail(id), staleTime: 0 });
      return setTheirs({ values: draftOf(now.data), etag: now.etag });
    }
    dropDraft(id);
    await queries.invalidateQueries();
    await navigate({ to: '/policies/$id', params, search: {} });
  };
  const mayNotSave = save.busy || !isDirty || !validation.isValid || theirs !== undefined;
  return (
    <form
      className={styles['form']}
      aria-label="Policy"
      onSubmit={(event) => {
        event.preventDefault();
        if (!enabled && !mayNotSave) void save.run(send);
      }}
    >
      <PolicyEditor
        draft={draft}
        validation={validation}
        faultOf={save.faultOf}
        onChange={(next) => change(next)}
        onReadable={setIsReadable}
      />
      {save.error !== undefined && <ErrorNotice error={save.error} />}
      {theirs && (
        <ConflictNotice
          what="policy"
          differences={differences(base.values, theirs.values, draft)}
          keepMine={() => start(theirs, rebased(base.values, theirs.values, draft))}
          takeTheirs={() => start(theirs, theirs.values)}
        />
      )}
      <div className="row">
        {enabled ? (
          <ConfirmAct
            trigger={
              <button type="button" className="primary" disabled={mayNotSave}>
                Save
              </button>
            }
            title={`Save ${draft.name}?`}
            confirm="Save and apply"
            dangerous
            act={send}
          >
            <p>
              The policy is enabled: its {draft.rules.length} rules count in both services within 2 seconds.
              Replay shows first which real decisions would differ.
            </p>
          </ConfirmAct>
        ) : (
          <button type="submit" className="primary" disabled={mayNotSave}>
            Save
          </button>
        )}
        <Link to="/policies/$id/replay" params={{ id }} search={{}} className="button">
          Replay with these rules
        </Link>
        <Link to="/policies/$id" params={{ id }} search={{}} className="button" onClick={() => dropDraft(id)}>
          Discard
        </Link>
        <span className="muted">
          {enabled ? 'It is enabled: saving changes rights at once.' : 'It stays disabled.'}
        </span>
      </div>
    </form>
  );
}
