import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import type { Action } from '@provisioning/contracts';
import { useState } from 'react';
import { simulation, type Question } from '../../api/queries/simulation.js';
import { useUserChoice } from '../../api/queries/users.js';
import { POLICY_ACTIONS, type WhoMaySearch } from '../../paths-governance.js';
import { Field, Select } from '../../ui/field.js';
import { Loaded } from '../../ui/loaded.js';
import { EmptyState } from '../../ui/notices.js';
import { Page } from '../../ui/page.js';
import { Form } from '../../ui/panel.js';
import { ByRole } from './by-role.js';
import styles from './policies.module.css';
import { Answer } from './who-may-answer.js';

export default function WhoMay() {
  const asked: WhoMaySearch = useSearch({ from: '/signed-in/policies/who-may' });
  const navigate = useNavigate({ from: '/policies/who-may' });
  const question = questionOf(asked);
  return (
    <Page title="Who may" tabTitle="Who may · Policies">
      <p className="muted">
        Asks the enabled policies for a decision. Nothing is executed and nothing is logged.
      </p>
      <div className={styles['split']}>
        {/* Another address starts the form anew. */}
        <QuestionForm
          key={JSON.stringify(asked)}
          asked={asked}
          ask={(next) => void navigate({ search: next })}
        />
        {question ? (
          <div className="stack">
            <Verdict question={question} />
            <ByRole question={question} />
          </div>
        ) : (
          <EmptyState>Choose a user or roles, an action and a resource, then ask.</EmptyState>
        )}
      </div>
    </Page>
  );
}

function questionOf({ user, roles = '', action, resource, infra, time, ip }: WhoMaySearch) {
  const names = roles.split(/[\s,]+/).filter(Boolean);
  if (names.length === 0 || action === undefined || resource === undefined) return undefined;
  const request = { ...(time ? { time } : {}), ...(ip ? { ip } : {}) };
  return {
    principal: { ...(user ? { username: user } : {}), roles: names },
    action,
    resource,
    ...(infra ? { context: { infra } } : {}),
    ...(time || ip ? { request } : {}),
  } satisfies Question;
}

function Verdict({ question }: { question: Question }) {
  return (
    <Loaded query={useQuery(simulation(question))} rows={5}>
      {(result) => <Answer result={result} question={question} />}
    </Loaded>
  );
}

function QuestionForm({ asked, ask }: { asked: WhoMaySearch; ask(question: WhoMaySearch): void }) {
  const [form, setForm] = useState(asked);
  const users = useUserChoice();
  const set = (change: Partial<Record<keyof WhoMaySearch, string>>) =>
    // Safe cast: the form has the members of the search.
    setForm((before) => ({ ...before, ...change }) as WhoMaySearch);
  const chooseUser = (username: string) => {
    const roles = users.find((user) => user.username === username)?.roles.join(', ');
    set({ user: username, ...(roles === undefined ? {} : { roles }) });
  };
  // Safe cast: the form without its empty members.
  const given = Object.fromEntries(Object.entries(form).filter(([, value]) => value)) as WhoMaySearch;
  return (
    <Form label="Question" submit={() => ask({ action: 'read', ...given })}>
      <Field
        label="User"
        list="who-may-users"
        value={form.user ?? ''}
        hint="A known user fills in the roles."
        onChange={({ target }) => chooseUser(target.value)}
      />
      <datalist id="who-may-users">
        {users.map(({ id, username }) => (
          <option key={id} value={username} />
        ))}
      </datalist>
      <Field
        label="Roles"
        required
        value={form.roles ?? ''}
        hint="Separated by commas."
        onChange={({ target }) => set({ roles: target.value })}
      />
      <Select
        label="Action"
        value={form.action ?? 'read'}
        // Safe cast: the options of the field are the actions.
        onChange={({ target }) => set({ action: target.value as Action })}
      >
        {POLICY_ACTIONS.map((action) => (
          <option key={action}>{action}</option>
        ))}
      </Select>
      <Field
        label="Resource"
        required
        placeholder="servers:production"
        value={form.resource ?? ''}
        onChange={({ target }) => set({ resource: target.value })}
      />
      <Field label="Infra" value={form.infra ?? ''} onChange={({ target }) => set({ infra: target.value })} />
      <Field
        label="Time"
        value={form.time ?? ''}
        placeholder="2026-01-31T22:00:00Z"
        hint="ISO 8601, for conditions about the time. Empty: now."
        onChange={({ target }) => set({ time: target.value })}
      />
      <Field label="Address" value={form.ip ?? ''} onChange={({ target }) => set({ ip: target.value })} />
      <div>
        <button type="submit" className="primary">
          Ask
        </button>
      </div>
    </Form>
  );
}
