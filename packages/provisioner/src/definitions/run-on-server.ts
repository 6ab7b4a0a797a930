import type { ActContext } from '../drivers/driver.js';
import type { Server } from '../drivers/resource.js';

/** What is run on a server. */
interface ServerScript {
  /** bash */
  text: string;
  environment: Record<string, string>;
  timeoutSeconds: number;
}

/** Takes a line that a server printed. */
export interface Logging {
  log(line: string): void;
}

/**
 * Runs a script on a server, as root; what it prints comes line by line. When the context's signal is aborted, what
 * runs on the far side ends, too.
 */
export type RunOnServer = (
  server: Server,
  script: ServerScript,
  context: ActContext & Logging,
) => Promise<{ exitCode: number }>;

/** Where things are kept on servers, and what else is the same for all. */
export interface InstallOptions {
  /** Absolute; `/var/lib/provisioning` unless told. */
  root?: string | undefined;
  /** Absolute; `/var/cache/provisioning` unless told. Holds what was fetched, by checksum. */
  cache?: string | undefined;
  /** Fetched from `<base>/<host>/<path>` instead of from the host itself: a mirror. */
  downloadBase?: string | undefined;
  /** Takes the lines that servers print, where the context of an act has nothing that does. */
  log?: ((line: string) => void) | undefined;
}
