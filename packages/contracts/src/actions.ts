/** The actions that a policy can allow or deny. */
export const ACTIONS = [
  'create',
  'read',
  'update',
  'delete',
  'execute',
  'cancel',
  'restore',
  'simulate',
  'approve',
] as const;
/** One of {@link ACTIONS}. */
export type Action = (typeof ACTIONS)[number];
