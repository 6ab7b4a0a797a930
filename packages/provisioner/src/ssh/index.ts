export { SSH_VARIABLES, sshConfigFrom, type SshConfig } from './ssh-config.js';
export { shown } from './ssh-target.js';
export { createSshRunner, type SshRunner } from './ssh-runner.js';
export type { SshTarget } from './ssh-target.js';
