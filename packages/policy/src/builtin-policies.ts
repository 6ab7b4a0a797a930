import type { PolicyDocument, PolicyRule } from './policy.js';

/** What operators and viewers may look at: everything but users and audit. */
const READABLE = [
  'servers',
  'taskservs',
  'clusters',
  'batches',
  'tasks',
  'state',
  'checkpoints',
  'rollbacks',
  'events',
  'webhooks',
];
const RUN = ['create', 'delete', 'execute', 'cancel', 'restore'];

const allow = (resource: string, action: string[], role: string): PolicyRule => ({
  effect: 'Allow',
  resource,
  action,
  condition: `user.role == '${role}'`,
});

const readAll = (role: string) => READABLE.map((type) => allow(`${type}:*`, ['read'], role));

/** The policies that are there from the first start: what the built-in roles may do. */
export const builtinPolicies: readonly PolicyDocument[] = [
  { name: 'admin_access_policy', version: '1.0.0', rules: [allow('*', ['*'], 'admin')] },
  {
    name: 'operator_access_policy',
    version: '1.0.0',
    rules: [
      ...['servers', 'taskservs', 'clusters', 'batches', 'tasks', 'checkpoints', 'rollbacks'].map((type) =>
        allow(`${type}:*`, RUN, 'operator'),
      ),
      ...readAll('operator'),
    ],
  },
  { name: 'viewer_access_policy', version: '1.0.0', rules: readAll('viewer') },
  {
    name: 'auditor_access_policy',
    version: '1.0.0',
    rules: ['audit', 'policies', 'decisions'].map((type) => allow(`${type}:*`, ['read'], 'auditor')),
  },
];
