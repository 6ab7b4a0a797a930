import type { PolicyRule } from '@provisioning/contracts';

/** What is edited of a policy. */
export interface PolicyDraft {
  name: string;
  version: string;
  description: string;
  rules: PolicyRule[];
}

const PREFIX = 'provisioning-policy-draft:';
const keyOf = (id: string) => PREFIX + id;

/** The draft of a policy that was not saved yet, kept for as long as the tab lives. @param id `new` for a new policy */
export function readDraft(id: string): PolicyDraft | undefined {
  try {
    const text = sessionStorage.getItem(keyOf(id));
    return text === null ? undefined : (JSON.parse(text) as PolicyDraft);
  } catch {
    return undefined;
  }
}

/** Keeps a draft, or drops it. */
export function keepDraft(id: string, draft: PolicyDraft | undefined): void {
  try {
    if (draft) sessionStorage.setItem(keyOf(id), JSON.stringify(draft));
    else sessionStorage.removeItem(keyOf(id));
  } catch {
    // Without storage, or when it is full, a draft lives as long as its page.
  }
}

/** Drops all drafts: the next user of this tab must not see them. */
export function dropDrafts(): void {
  try {
    for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
  } catch {
    // Without storage there are none.
  }
}
