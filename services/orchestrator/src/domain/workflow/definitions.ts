import { Failure } from '@provisioning/errors';

/** The kinds of resources that need a definition. */
export type DefinedKind = 'taskserv' | 'cluster';

/** The definitions at one moment. */
export interface KnownDefinitions {
  has(kind: DefinedKind, name: string): boolean;
  /** Says what is wrong with an undefined name, to follow the name of the field; without a full stop. */
  fault(kind: DefinedKind, name: string): string;
}

/** Reads the definitions. They are files that users edit, so they are read for each submission. */
export interface Definitions {
  known(): Promise<KnownDefinitions>;
}

const MEMBERS = { taskserv: 'taskserv', cluster: 'cluster_type' } as const;

/** @throws Failure `invalid` (`unknown_definition`) for a task service or cluster type that is not defined */
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
