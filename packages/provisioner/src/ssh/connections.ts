import type { SshConfig } from './ssh-config.js';
import type { SshRunner } from './ssh-runner.js';

/** Connections that are kept for the next script. */
export class Connections {
  static async open(_config: SshConfig): Promise<SshRunner> {
    throw new Error('to come');
  }
}
