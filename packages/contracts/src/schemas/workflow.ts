import Type, { type Static } from 'typebox';
import { closed, name, oneOf, text } from './basics.js';
import { withDefault } from './default.js';

/** No option, no absolute path, no `..`, no backslash or control character: nothing that leaves the workspace. */
const SETTINGS_PATTERN =
  '^(?![-/])(?!(?:.*/)?\\.\\./)[^\\\\\\u0000-\\u001f\\u007f]{1,250}\\.(?:ncl|json|yaml|yml|toml)$';

export const settingsPath = text(255, {
  pattern: SETTINGS_PATTERN,
  description: 'A .ncl, .json, .yaml, .yml or .toml file, relative to the folder of the infra',
});

const flags = {
  check_mode: withDefault(
    Type.Boolean({ description: 'Changes nothing; the task tells what would be done' }),
    false,
  ),
  wait: withDefault(
    Type.Boolean({
      description: 'Passed on as `--wait`; the answer always comes at once with the task’s id',
    }),
    false,
  ),
};
const operation = withDefault(oneOf(['create', 'delete']), 'create');

export const serverWorkflowSchema = closed(
  { operation, infra: name, settings: settingsPath, ...flags },
  { title: 'ServerWorkflow' },
);
export type ServerWorkflow = Static<typeof serverWorkflowSchema>;

export const taskservWorkflowSchema = closed(
  { operation, taskserv: name, infra: name, settings: settingsPath, ...flags },
  { title: 'TaskservWorkflow' },
);
export type TaskservWorkflow = Static<typeof taskservWorkflowSchema>;

export const clusterWorkflowSchema = closed(
  { operation, cluster_type: name, infra: name, settings: settingsPath, ...flags },
  { title: 'ClusterWorkflow' },
);
export type ClusterWorkflow = Static<typeof clusterWorkflowSchema>;
