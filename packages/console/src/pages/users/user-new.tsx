import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { client } from '../../api/client.js';
import { Field } from '../../ui/field.js';
import { ErrorNotice } from '../../ui/notices.js';
import { Page } from '../../ui/page.js';
import { Form } from '../../ui/panel.js';
import { useAct } from '../../ui/use-act.js';
import { RolesField } from './roles-field.js';

export default function UserNew() {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const create = useAct();
  const [username, setUsername] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [roles, setRoles] = useState<string[]>(['viewer']);
  const submit = () =>
    create.run(async (idempotencyKey) => {
      const body = { username, email, password, roles: roles.filter(Boolean) };
      const { id } = await client.controlCenter.createUser({ body, idempotencyKey });
      await queries.invalidateQueries({ queryKey: ['users'] });
      await navigate({ to: '/users/$id', params: { id } });
    });
  return (
    <Page title="New user" tabTitle="New user · Users">
      <Form label="New user" submit={() => void submit()}>
        <Field
          label="Username"
          required
          autoFocus
          autoComplete="off"
          value={username}
          error={create.faultOf('username')}
          onChange={({ target }) => setUsername(target.value)}
        />
        <Field
          label="E-mail"
          type="email"
          required
          autoComplete="off"
          value={email}
          error={create.faultOf('email')}
          onChange={({ target }) => setEmail(target.value)}
        />
        <Field
          label="Initial password"
          type="password"
          required
          autoComplete="new-password"
          hint="At least 12 characters, and not a common password. The user can change it under Account."
          value={password}
          error={create.faultOf('password')}
          onChange={({ target }) => setPassword(target.value)}
        />
        <RolesField value={roles} error={create.faultOf('roles')} onChange={setRoles} />
        {create.error !== undefined && <ErrorNotice error={create.error} />}
        <div className="row">
          <button type="submit" className="primary" disabled={create.busy}>
            Create user
          </button>
          <Link to="/users" search={{}} className="button">
            Discard
          </Link>
        </div>
      </Form>
    </Page>
  );
}
