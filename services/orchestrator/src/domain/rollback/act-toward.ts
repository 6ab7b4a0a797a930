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

function planned(
  kind: Kind,
  { infra, body }: Described,
  existing: Described,
): 'unchanged' | 'change' | 'replace' {
  // What the journal and checkpoints keep is what a driver once said of the same kind.
  const [entry] = planWanted(kind, infra, [body as never], [existing.body as never]).entries;
  return entry?.action === 'change' || entry?.action === 'replace' ? entry.action : 'unchanged';
}
