import { KINDS, planWanted, type Kind } from '@provisioning/provisioner/plan';
import type { Body } from './resource-body.js';

/** A resource as a driver described it, now or earlier. */
export interface Described {
  infra: string;
  kind: string;
  driver: string;
  body: Body;
}

/**
 * Returns what turns an existing resource into the wanted one. Resources are compared by their settings, not by their ids:
 * another resource of the same name and the wanted settings is `unchanged`.
 */
export function actToward(wanted: Described, existing: Described): 'unchanged' | 'change' | 'replace' {
  if (wanted.driver !== existing.driver) return 'replace';
  const kind = kindOf(wanted);
  // A kind that only its own program understands: two of them are the same only if the ids are.
  if (!kind) return wanted.body['id'] === existing.body['id'] ? 'unchanged' : 'replace';
  const action = planned(kind, wanted, existing)?.action;
  // A blocked change is a change: the plan reports the obstacle.
  if (action === 'blocked') return 'change';
  return action === 'change' || action === 'replace' ? action : 'unchanged';
}

/** Says why an existing resource cannot be changed into the wanted one (a server in state error); null if it can. */
export function blockedToward(wanted: Described, existing: Described): string | null {
  const kind = kindOf(wanted);
  const entry = kind && planned(kind, wanted, existing);
  return entry?.action === 'blocked' ? entry.reason : null;
}

function kindOf(resource: Described): Kind | undefined {
  return KINDS.find((known) => known === resource.kind);
}

function planned(kind: Kind, { infra, body }: Described, existing: Described) {
  // Safe cast: journal, checkpoints and surveys hold bodies as drivers reported them for this kind, so they have the kind's type.
  return planWanted(kind, infra, [body as never], [existing.body as never]).entries[0];
}
