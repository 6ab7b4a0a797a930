import type { Located } from '@provisioning/input/documents';

/** A file that was read: its data, and where each part of it is written. */
export interface SettingsDocument {
  written: Located;
  /** The place of a part, by its `at`: without one, or where the format keeps no places, nothing. */
  place: (at: number | undefined) => { file?: string; line?: number; column?: number };
  /** SHA-256 over the file and all that it imports; undefined for a text that is no file. */
  digest: string | undefined;
  /** The file and all that it imports; names are relative to the workspace. Empty for a text that is no file. */
  files: readonly { name: string; sha256: string }[];
}
