import type { Action, PolicyDocument, PolicyRule } from './policy.js';

/** All types except users and audit, and those that reveal them: tokens belong to users, decisions to audit. */
const READABLE = [
  'servers',
  'taskservs',
  'clusters',
  'commands',
  'batches',
  'tasks',
  'state',
  'checkpoints',
  'rollbacks',
  'plans',
  'events',
  'webhooks',
  'policies',
];

/** What operating the platform requires besides reading. */
const OPERATED: Readonly<Record<string, Action[]>> = {
  servers: ['create', 'update', 'delete'],
  taskservs: ['create', 'update', 'delete'],
  clusters: ['create', 'update', 'delete'],
  commands: ['execute'],
  batches: ['create', 'execute', 'cancel'],
  tasks: ['execute', 'cancel'],
  checkpoints: ['create', 'delete', 'restore'],
  rollbacks: ['create', 'execute', 'cancel', 'restore'],
  plans: ['create', 'execute', 'cancel'],
  webhooks: ['create', 'update', 'delete', 'execute'],
};

function allow(resource: string, action: (Action | '*')[], role: string): PolicyRule {
  return { effect: 'Allow', resource, action, condition: `user.role == '${role}'` };
}

function readAll(types: readonly string[], role: string): PolicyRule[] {
  return types.map((type) => allow(`${type}:*`, ['read'], role));
}

const version = '1.0.0';

/** What the built-in roles may do from the first start on. They are ordinary policies and can be changed. */
export const builtinPolicies: readonly PolicyDocument[] = [
  { name: 'admin_access_policy', version, rules: [allow('*', ['*'], 'admin')] },
  {
    name: 'operator_access_policy',
    version,
    rules: [
      ...Object.entries(OPERATED).map(([type, actions]) => allow(`${type}:*`, actions, 'operator')),
      ...readAll(READABLE, 'operator'),
    ],
  },
  { name: 'viewer_access_policy', version, rules: readAll(READABLE, 'viewer') },
  { name: 'auditor_access_policy', version, rules: readAll(['audit', 'policies', 'decisions'], 'auditor') },
  {
    name: 'approver_access_policy',
    version,
    rules: [allow('plans:*', ['approve'], 'approver'), ...readAll(READABLE, 'approver')],
  },
];
