import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { client } from '../../api/client.js';
import { dropDraft, keepDraft, readDraft, type PolicyDraft } from '../../features/policy/drafts.js';
import { PolicyEditor } from '../../features/policy/policy-editor.js';
import { useValidation } from '../../features/policy/use-validation.js';
import { ErrorNotice } from '../../ui/notices.js';
import { Page } from '../../ui/page.js';
import { useAct } from '../../ui/use-act.js';
import styles from './policies.module.css';

const EMPTY: PolicyDraft = {
  name: '',
  version: '1.0.0',
  description: '',
  rules: [{ effect: 'Allow', resource: 'servers:*', action: ['read'] }],
};

export default function PolicyNew() {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const create = useAct();
  const [draft, setDraft] = useState(() => readDraft('new')?.draft ?? EMPTY);
  const [isReadable, setIsReadable] = useState(true);
  const validation = useValidation(isReadable ? draft.rules : undefined);
  const change = (next: PolicyDraft) => {
    setDraft(next);
    keepDraft('new', next);
  };
  const submit = () =>
    create.run(async (idempotencyKey) => {
      const { description, ...rest } = draft;
      const body = { ...rest, ...(description === '' ? {} : { description }), enabled: false };
      const { id } = await client.controlCenter.createPolicy({ body, idempotencyKey });
      dropDraft('new');
      await queries.invalidateQueries({ queryKey: ['policies', 'list'] });
      await navigate({ to: '/policies/$id', params: { id }, search: {} });
    });
  return (
    <Page title="New policy" tabTitle="New policy · Policies">
      <form
        className={styles['form']}
        aria-label="New policy"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <PolicyEditor
          draft={draft}
          validation={validation}
          faultOf={create.faultOf}
          onChange={change}
          onReadable={setIsReadable}
        />
        {create.error !== undefined && <ErrorNotice error={create.error} />}
        <div className="row">
          <button type="submit" className="primary" disabled={create.busy || !validation.isValid}>
            Save
          </button>
          <Link to="/policies" search={{}} className="button" onClick={() => dropDraft('new')}>
            Discard
          </Link>
          <span className="muted">It is saved disabled. Try it, then enable it.</span>
        </div>
      </form>
    </Page>
  );
}
