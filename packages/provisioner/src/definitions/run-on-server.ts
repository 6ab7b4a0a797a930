import type { Driver } from '../drivers/driver.js';

/** How a driver runs scripts on its servers. */
export type RunOnServer = NonNullable<Driver['run']>;

/** Folders on servers, and other settings that are the same for all servers. */
export interface InstallOptions {
  /** The time in which servers must report what is installed on them, in milliseconds; 15 000 by default. */
  answerMs?: number | undefined;
  /** An absolute path; `/var/lib/provisioning` by default. */
  root?: string | undefined;
  /** An absolute path; `/var/cache/provisioning` by default. Holds downloads, by checksum. */
  cache?: string | undefined;
  /** A mirror: files are downloaded from `<base>/<host>/<path>` instead of from the host itself. */
  downloadBase?: string | undefined;
}
