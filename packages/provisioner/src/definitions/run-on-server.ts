import type { Driver } from '../drivers/driver.js';

/** How a driver runs scripts on its servers. */
export type RunOnServer = NonNullable<Driver['run']>;

/** Where things are kept on servers, and what else is the same for all. */
export interface InstallOptions {
  /** How long servers have to say what is installed on them, in milliseconds: 15 000 unless given. */
  answerMs?: number | undefined;
  /** Absolute; `/var/lib/provisioning` unless told. */
  root?: string | undefined;
  /** Absolute; `/var/cache/provisioning` unless told. Holds what was fetched, by checksum. */
  cache?: string | undefined;
  /** Fetched from `<base>/<host>/<path>` instead of from the host itself: a mirror. */
  downloadBase?: string | undefined;
}
