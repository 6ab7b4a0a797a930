import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { client } from '../../api/client.js';
import { useDenials } from '../../api/rights.js';
import { ActButton } from '../../ui/act-button.js';
import { Field } from '../../ui/field.js';
import { FormDialog } from '../../ui/form-dialog.js';

/** Keeps the present state of some infras, or of all, under a name. */
export function CreateCheckpoint() {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const create = async (form: FormData, idempotencyKey: string) => {
    const infras = wordsOf(form.get('infras'));
    const description = textOf(form.get('description'));
    const id = await client.orchestrator.createCheckpoint({
      body: {
        name: textOf(form.get('name')),
        ...(description === '' ? {} : { description }),
        ...(infras.length === 0 ? {} : { infras }),
      },
      idempotencyKey,
    });
    await queries.invalidateQueries({ queryKey: ['checkpoints', 'list'] });
    await navigate({ to: '/checkpoints/$id', params: { id } });
  };
  return (
    <FormDialog
      trigger={
        <ActButton className="primary" denied={useDenials()('create', 'checkpoints')}>
          Create checkpoint
        </ActButton>
      }
      title="Create checkpoint"
      submit="Create checkpoint"
      onSubmit={create}
    >
      <Field label="Name" name="name" required maxLength={128} autoComplete="off" />
      <Field label="Description" name="description" maxLength={1024} autoComplete="off" />
      <Field
        label="Infras"
        name="infras"
        autoComplete="off"
        hint="Separate several with commas. Without any, the checkpoint covers all infras."
      />
    </FormDialog>
  );
}

const textOf = (value: FormDataEntryValue | null) => (typeof value === 'string' ? value.trim() : '');

function wordsOf(value: FormDataEntryValue | null): string[] {
  return [
    ...new Set(
      textOf(value)
        .split(/[\s,]+/)
        .filter((word) => word !== ''),
    ),
  ];
}
