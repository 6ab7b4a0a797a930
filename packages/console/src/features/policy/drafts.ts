import type { PolicyRule } from '@provisioning/contracts';
import { keep, readKept } from '../drafts.js';

/** What is edited of a policy. */
export interface PolicyDraft {
  name: string;
  version: string;
  description: string;
  rules: PolicyRule[];
}

/** A version of a policy as it was read, with the ETag that a change of it must send. */
export interface BaseVersion {
  values: PolicyDraft;
  etag?: string | undefined;
}

/** A draft with the version that it started from, without which it would overwrite a newer one; a new policy has none. */
export interface KeptDraft {
  draft: PolicyDraft;
  base?: BaseVersion;
}

const nameOf = (id: string) => `policy:${id}`;

/** The draft of a policy that was not saved yet. @param id `new` for a new policy */
export const readDraft = (id: string): KeptDraft | undefined => readKept<KeptDraft>(nameOf(id));

/** Keeps a draft while it differs from the version that it started from. */
export function keepDraft(id: string, draft: PolicyDraft, base?: BaseVersion): void {
  if (base && JSON.stringify(draft) === JSON.stringify(base.values)) return dropDraft(id);
  keep(nameOf(id), { draft, ...(base ? { base } : {}) } satisfies KeptDraft);
}

export const dropDraft = (id: string): void => keep(nameOf(id), undefined);
