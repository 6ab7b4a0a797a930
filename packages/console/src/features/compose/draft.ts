const KEY = 'provisioning-batch-draft';
/** Storage of a tab holds some megabytes. */
const MOST_CHARACTERS = 2_000_000;

/** The batch that was being written in this tab. It survives a crash and a new sign-in; it holds no secret. */
export function readDraft(): string | undefined {
  try {
    return sessionStorage.getItem(KEY) ?? undefined;
  } catch {
    return undefined;
  }
}

/** @param text undefined: the draft is done with */
export function keepDraft(text: string | undefined): void {
  try {
    if (text === undefined || text.length > MOST_CHARACTERS) sessionStorage.removeItem(KEY);
    else sessionStorage.setItem(KEY, text);
  } catch {
    // Without storage the text lives as long as the page.
  }
}
