/** What is used of the storage of a tab. */
export interface TabStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** Throws where the browser allows no storage. */
// Safe cast: browsers have it; the types of this package are those without a browser.
const storage = (): TabStorage => (globalThis as unknown as { sessionStorage: TabStorage }).sessionStorage;

const PREFIX = 'provisioning-draft:';
/** Storage of a tab holds some megabytes. */
const MOST_CHARACTERS = 2_000_000;

/** A draft that was kept in this tab. It survives a reload and a new sign-in, until the user signs out. */
export function readKept<Draft>(name: string): Draft | undefined {
  try {
    const text = storage().getItem(PREFIX + name);
    // Safe cast: this page stored the draft.
    return text === null ? undefined : (JSON.parse(text) as Draft);
  } catch {
    return undefined;
  }
}

/** Keeps a draft, which must hold no secret. @param draft undefined drops it, as does a draft that is too large */
export function keep(name: string, draft: unknown): void {
  try {
    const text = draft === undefined ? '' : JSON.stringify(draft);
    if (text === '' || text.length > MOST_CHARACTERS) storage().removeItem(PREFIX + name);
    else storage().setItem(PREFIX + name, text);
  } catch {
    // Without storage, or when it is full, a draft lives as long as its page.
  }
}

/** Drops all drafts: the next user of this tab must not see them. */
export function dropDrafts(): void {
  try {
    for (const key of Object.keys(storage())) if (key.startsWith(PREFIX)) storage().removeItem(key);
  } catch {
    // Without storage there are none.
  }
}
