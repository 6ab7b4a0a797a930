import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Dialog } from 'radix-ui';
import { useState } from 'react';
import { client } from '../../api/client.js';
import { sessionQuery, signedIn } from '../../api/session.js';
import dialog from '../../ui/dialog.module.css';
import { Checks, Field, Select } from '../../ui/field.js';
import { ErrorNotice } from '../../ui/notices.js';
import { Form } from '../../ui/panel.js';
import { SecretOnce } from '../../ui/secret-once.js';
import { useAct } from '../../ui/use-act.js';
import { DAY_MS } from '../../format/time.js';

const LIVES = [
  [7, '7 days'],
  [30, '30 days'],
  [90, '90 days'],
  [365, '1 year'],
] as const;

/** Creates a token and shows its secret for the only time. */
export function NewToken() {
  const [isOpen, setIsOpen] = useState(false);
  const [secret, setSecret] = useState<string>();
  const created = (token: string) => {
    setIsOpen(false);
    setSecret(token);
  };
  return (
    <>
      <Dialog.Root open={isOpen} onOpenChange={setIsOpen}>
        <Dialog.Trigger className="primary">New token</Dialog.Trigger>
        <Dialog.Portal>
          <Dialog.Overlay className={dialog['overlay']} />
          <Dialog.Content className={dialog['content']} aria-describedby={undefined}>
            <Dialog.Title asChild>
              <h2>New API token</h2>
            </Dialog.Title>
            <TokenForm created={created} />
          </Dialog.Content>
        </Dialog.Portal>
      </Dialog.Root>
      <SecretOnce
        title="Keep the new API token"
        secret={secret}
        what="token"
        done={() => setSecret(undefined)}
      >
        <p>Copy it to where the program reads it. It is shown only now.</p>
      </SecretOnce>
    </>
  );
}

function TokenForm({ created }: { created(token: string): void }) {
  const queries = useQueryClient();
  const own = signedIn(useQuery(sessionQuery).data)?.user.roles ?? [];
  const create = useAct();
  const [name, setName] = useState('');
  const [days, setDays] = useState(90);
  const [roles, setRoles] = useState<string[]>(own.length === 1 ? own : []);
  const submit = () =>
    create.run(async (idempotencyKey) => {
      const expires_at = new Date(Date.now() + days * DAY_MS).toISOString();
      const body = { name, roles, expires_at };
      const { token } = await client.controlCenter.createToken({ body, idempotencyKey });
      await queries.invalidateQueries({ queryKey: ['tokens'] });
      created(token);
    });
  return (
    <Form label="New API token" submit={() => void submit()}>
      <Field
        label="Name"
        required
        autoFocus
        autoComplete="off"
        hint="Where it is used, for example: deployment pipeline."
        value={name}
        error={create.faultOf('name')}
        onChange={({ target }) => setName(target.value)}
      />
      <Checks
        label="Roles"
        hint="As few as the program needs. They must be among your own."
        options={own}
        value={roles}
        error={create.faultOf('roles')}
        onChange={setRoles}
      />
      <Select
        label="Valid for"
        value={days}
        error={create.faultOf('expires_at')}
        onChange={({ target }) => setDays(Number(target.value))}
      >
        {LIVES.map(([value, title]) => (
          <option key={value} value={value}>
            {title}
          </option>
        ))}
      </Select>
      {create.error !== undefined && <ErrorNotice error={create.error} />}
      <div className={dialog['buttons']}>
        <Dialog.Close>Discard</Dialog.Close>
        <button type="submit" className="primary" disabled={create.busy || roles.length === 0}>
          Create token
        </button>
      </div>
    </Form>
  );
}
