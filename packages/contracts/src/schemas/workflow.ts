import Type, { type Static } from 'typebox';
import { closed, name, oneOf, text } from './basics.js';
import { withDefault } from './default.js';

/** Excludes options, absolute paths, `..`, backslashes and control characters: the path must stay in the workspace. */
const SETTINGS_PATTERN =
  '^(?![-/])(?!(?:.*/)?\\.\\./)[^\\\\\\u0000-\\u001f\\u007f]{1,250}\\.(?:ncl|json|yaml|yml|toml)$';

/** Path of a settings file, relative to the folder of its infra. */
export const settingsPath = text(255, {
  pattern: SETTINGS_PATTERN,
  description: 'Path of a .ncl, .json, .yaml, .yml or .toml file, relative to the folder of the infra',
});

const wait = withDefault(
  Type.Boolean({
    description:
      'Passed to the command as `--wait`; the response always returns immediately with the id of the task',
  }),
  false,
);
const flags = {
  check_mode: withDefault(
    Type.Boolean({ description: 'If true, nothing is changed; the task shows what would be done' }),
    false,
  ),
  wait,
};
const operation = withDefault(oneOf(['create', 'delete']), 'create');

/** Body of `POST /workflows/servers/create`. */
export const serverWorkflowSchema = closed(
  { operation, infra: name, settings: settingsPath, ...flags },
  { title: 'ServerWorkflow' },
);
/** A value of {@link serverWorkflowSchema}. */
export type ServerWorkflow = Static<typeof serverWorkflowSchema>;

/** Body of `POST /workflows/taskserv/create`. */
export const taskservWorkflowSchema = closed(
  { operation, taskserv: name, infra: name, settings: settingsPath, ...flags },
  { title: 'TaskservWorkflow' },
);
/** A value of {@link taskservWorkflowSchema}. */
export type TaskservWorkflow = Static<typeof taskservWorkflowSchema>;

/** Body of `POST /workflows/cluster/create`. */
export const clusterWorkflowSchema = closed(
  { operation, cluster_type: name, infra: name, settings: settingsPath, ...flags },
  { title: 'ClusterWorkflow' },
);
/** A value of {@link clusterWorkflowSchema}. */
export type ClusterWorkflow = Static<typeof clusterWorkflowSchema>;

const planned = { operation, infra: name, settings: settingsPath, wait };
/** A workflow to be planned, discriminated by `kind`. */
export type WorkflowToPlan = Static<Type.TObject<typeof planned>> &
  ({ kind: 'servers' } | { kind: 'taskserv'; taskserv: string } | { kind: 'cluster'; cluster_type: string });

/** The member that a kind requires. */
const NAMED = { taskserv: 'taskserv', cluster: 'cluster_type' } as const;

/** Of `POST /plans`: the body of the workflow's own operation, with its kind. */
export const workflowToPlanSchema = Type.Unsafe<WorkflowToPlan>(
  closed(
    {
      ...planned,
      kind: oneOf(['servers', 'taskserv', 'cluster'], { title: 'WorkflowKind' }),
      taskserv: Type.Optional(name),
      cluster_type: Type.Optional(name),
    },
    {
      title: 'WorkflowToPlan',
      // Each kind has its member, and no other kind has it.
      allOf: Object.entries(NAMED).map(([kind, member]) => ({
        if: { properties: { kind: { const: kind } }, required: ['kind'] },
        then: { required: [member], properties: { [member]: true } },
        else: { properties: { [member]: false } },
      })),
    },
  ),
);
