import type { ActContext, ServerScript } from '../drivers/driver.js';
import type { SshTarget } from './ssh-target.js';

/** Runs scripts as root on servers that are logged in to by SSH. */
export interface SshRunner {
  /**
   * Runs a script to its end; what it prints comes line by line. When the context's signal is aborted, the time is up
   * or the connection is lost, all that the script has begun ends on the server, too.
   * @throws DriverError if it could not be begun, or did not come to its end
   */
  run(target: SshTarget, script: ServerScript, context: ActContext): Promise<{ exitCode: number }>;
  /** Ends the connections. What runs is ended as if it was cancelled. */
  close(): Promise<void>;
}
