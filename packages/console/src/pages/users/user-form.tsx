import { useQueryClient } from '@tanstack/react-query';
import type { User } from '@provisioning/contracts';
import { useState } from 'react';
import { client } from '../../api/client.js';
import { ifMatch } from '../../api/if-match.js';
import { userDetail } from '../../api/queries/users.js';
import { useDenials } from '../../api/rights.js';
import { differences, isConflict, rebased, type Difference } from '../../features/conflict/conflict.js';
import { ConflictNotice } from '../../features/conflict/conflict-notice.js';
import { ActButton } from '../../ui/act-button.js';
import { Field } from '../../ui/field.js';
import { ErrorNotice } from '../../ui/notices.js';
import { Form } from '../../ui/panel.js';
import { useAct } from '../../ui/use-act.js';
import { RolesField } from './roles-field.js';

interface Values {
  email: string;
  roles: readonly string[];
}

interface Version {
  values: Values;
  etag: string | undefined;
}

const valuesOf = ({ email, roles }: User): Values => ({ email, roles });

/** Changes e-mail and roles. A change of another person in between is shown before anything is overwritten. */
export function UserForm({ user, etag }: { user: User; etag: string | undefined }) {
  const queries = useQueryClient();
  const denied = useDenials()('update', 'users');
  const save = useAct();
  // What is edited stays as it was opened while the page behind it is fetched again.
  const [base, setBase] = useState<Version>({ values: valuesOf(user), etag });
  const [values, setValues] = useState(base.values);
  const [theirs, setTheirs] = useState<Version>();
  const isDirty = JSON.stringify(values) !== JSON.stringify(base.values);
  const [seen, setSeen] = useState(etag);
  if (etag !== seen) {
    setSeen(etag);
    if (!isDirty) {
      setBase({ values: valuesOf(user), etag });
      setValues(valuesOf(user));
    }
  }
  const start = (version: Version, next: Values) => {
    setBase(version);
    setValues(next);
    setTheirs(undefined);
    save.clear();
  };
  const submit = () =>
    save.run(async () => {
      const { email } = values;
      const body = { email, roles: values.roles.filter(Boolean) };
      const headers = ifMatch(base.etag);
      try {
        await client.controlCenter.updateUser({ params: { id: user.id }, body, headers });
      } catch (error) {
        if (!isConflict(error)) throw error;
        const now = await queries.fetchQuery({ ...userDetail(user.id), staleTime: 0 });
        return setTheirs({ values: valuesOf(now.data), etag: now.etag });
      }
      const now = await queries.fetchQuery({ ...userDetail(user.id), staleTime: 0 });
      start({ values: valuesOf(now.data), etag: now.etag }, valuesOf(now.data));
      await queries.invalidateQueries({ queryKey: ['users', 'list'] });
    });
  const changed: Difference[] = theirs ? differences(base.values, theirs.values, values) : [];
  return (
    <Form label="E-mail and roles" submit={() => void submit()}>
      <Field
        label="E-mail"
        type="email"
        required
        autoComplete="off"
        value={values.email}
        error={save.faultOf('email')}
        onChange={({ target }) => setValues({ ...values, email: target.value })}
      />
      <RolesField
        value={values.roles}
        error={save.faultOf('roles')}
        onChange={(roles) => setValues({ ...values, roles })}
      />
      {save.error !== undefined && <ErrorNotice error={save.error} />}
      {theirs && (
        <ConflictNotice
          what="user"
          differences={changed}
          keepMine={() => start(theirs, rebased(base.values, theirs.values, values))}
          takeTheirs={() => start(theirs, theirs.values)}
        />
      )}
      <div className="row">
        <ActButton
          type="submit"
          className="primary"
          denied={denied}
          disabled={save.busy || !isDirty || theirs !== undefined}
        >
          Save
        </ActButton>
        <span className="muted">New roles end the sessions of the user.</span>
      </div>
    </Form>
  );
}
