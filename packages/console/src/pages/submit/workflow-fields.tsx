import type { Workflow } from '../../api/workflows.js';
import { WORKFLOW_KINDS, WORKFLOW_OPERATIONS } from '../../paths-infra.js';
import { oneOf } from '../../search-values.js';
import { Field, Select } from '../../ui/field.js';

const KINDS = { servers: 'Servers', taskserv: 'Task service', cluster: 'Cluster' } as const;
const OPERATIONS = { create: 'Create or change', delete: 'Delete' } as const;

interface WorkflowFieldsProps {
  workflow: Workflow;
  faultOf(field: string): string | undefined;
  onChange(change: Partial<Workflow>): void;
}

/** The fields of a workflow. */
export function WorkflowFields({ workflow, faultOf, onChange }: WorkflowFieldsProps) {
  const { kind, operation, infra, settings, name } = workflow;
  return (
    <>
      <Select
        label="Kind"
        value={kind}
        onChange={({ target }) => onChange({ kind: oneOf(WORKFLOW_KINDS, target.value) ?? kind })}
      >
        {WORKFLOW_KINDS.map((word) => (
          <option key={word} value={word}>
            {KINDS[word]}
          </option>
        ))}
      </Select>
      {kind !== 'servers' && (
        <Field
          label={kind === 'taskserv' ? 'Task service' : 'Cluster type'}
          required
          autoComplete="off"
          value={name}
          error={faultOf(kind === 'taskserv' ? 'taskserv' : 'cluster_type')}
          onChange={({ target }) => onChange({ name: target.value.trim() })}
        />
      )}
      <Field
        label="Infra"
        required
        autoComplete="off"
        hint="The name of its folder in the workspace."
        value={infra}
        error={faultOf('infra')}
        onChange={({ target }) => onChange({ infra: target.value.trim() })}
      />
      <Field
        label="Settings"
        required
        autoComplete="off"
        hint="A file in that folder, such as settings.yaml or config.ncl."
        value={settings}
        error={faultOf('settings')}
        onChange={({ target }) => onChange({ settings: target.value.trim() })}
      />
      <Select
        label="Operation"
        value={operation}
        onChange={({ target }) =>
          onChange({ operation: oneOf(WORKFLOW_OPERATIONS, target.value) ?? operation })
        }
      >
        {WORKFLOW_OPERATIONS.map((word) => (
          <option key={word} value={word}>
            {OPERATIONS[word]}
          </option>
        ))}
      </Select>
    </>
  );
}
