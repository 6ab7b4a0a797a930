import { KINDS, planWanted, type Kind } from '@provisioning/provisioner/plan';

export type Body = Record<string, unknown>;

/** Something that exists, or did, as a driver described it. */
export interface Described {
  infra: string;
  kind: string;
  driver: string;
  body: Body;
}

/**
 * What makes of something that exists what is wanted. What a thing is, is what was asked for, not its id: another one of the
 * same name that is as wanted stays.
 */
export function actToward(wanted: Described, existing: Described): 'unchanged' | 'change' | 'replace' {
  if (wanted.driver !== existing.driver) return 'replace';
  const kind = KINDS.find((known) => known === wanted.kind);
  // Only its own program can tell what it is.
  if (!kind) return wanted.body['id'] === existing.body['id'] ? 'unchanged' : 'replace';
  return planned(kind, wanted, existing);
}

/** Why what exists cannot be made what is wanted, as a server in state error; null where it can. */
export function blockedToward(wanted: Described, existing: Described): string | null {
  const kind = KINDS.find((known) => known === wanted.kind);
  const entry = kind && entryOf(kind, wanted, existing);
  return entry?.action === 'blocked' ? entry.reason : null;
}

function planned(kind: Kind, wanted: Described, existing: Described): 'unchanged' | 'change' | 'replace' {
  const action = entryOf(kind, wanted, existing)?.action;
  // What is blocked differs, too: that it cannot be changed is told as an obstacle.
  if (action === 'blocked') return 'change';
  return action === 'change' || action === 'replace' ? action : 'unchanged';
}

function entryOf(kind: Kind, { infra, body }: Described, existing: Described) {
  // What the journal and checkpoints keep is what a driver once said of the same kind.
  return planWanted(kind, infra, [body as never], [existing.body as never]).entries[0];
}
