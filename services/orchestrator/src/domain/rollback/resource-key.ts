/** Identifies a resource. Lists of resources are ordered by these members. */
export interface ResourceKey {
  infra: string;
  kind: string;
  name: string;
}

/** The key as text, for maps and sets. */
export function keyOf({ infra, kind, name }: ResourceKey): string {
  return JSON.stringify([infra, kind, name]);
}
