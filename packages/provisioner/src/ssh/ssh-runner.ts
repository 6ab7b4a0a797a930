import type { ActContext, ServerScript } from '../drivers/driver.js';
import type { SshTarget } from './ssh-target.js';

/** Runs scripts as root on servers over SSH. */
export interface SshRunner {
  /**
   * Runs a script to its end; its output arrives line by line. If the context's signal is aborted, the time limit is
   * reached or the connection is lost, all processes of the script are ended on the server, too.
   * @throws DriverError if it could not start, or did not run to its end
   */
  run(target: SshTarget, script: ServerScript, context: ActContext): Promise<{ exitCode: number }>;
  /** Closes the connections. Running scripts are ended as if they were cancelled. */
  close(): Promise<void>;
}
