import { Failure } from '@provisioning/errors';

export type DefinedKind = 'taskserv' | 'cluster';

/** The names that definitions have, as they were when they were read. */
export interface KnownDefinitions {
  has(kind: DefinedKind, name: string): boolean;
  /** What is wrong with a name that is not defined, to follow the name of the field; without a full stop at the end. */
  fault(kind: DefinedKind, name: string): string;
}

/** What can be installed: read anew for each submission, since definitions are files that people edit. */
export interface Definitions {
  known(): Promise<KnownDefinitions>;
}

const MEMBERS = { taskserv: 'taskserv', cluster: 'cluster_type' } as const;

/** @throws Failure (`unknown_definition`) for a task service or cluster type that is not defined */
export async function mustBeDefined(
  definitions: Definitions,
  kind: DefinedKind,
  name: string,
): Promise<void> {
  const known = await definitions.known();
  if (known.has(kind, name)) return;
  const path = MEMBERS[kind];
  const message = known.fault(kind, name);
  throw new Failure('invalid', `${path} ${message}.`, {
    code: 'unknown_definition',
    details: [{ path, message }],
  });
}
