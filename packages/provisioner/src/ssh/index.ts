export { createSshRunner } from './create-ssh-runner.js';
export { SSH_VARIABLES, sshConfigFrom, type SshConfig } from './ssh-config.js';
export type { SshRunner } from './ssh-runner.js';
export { shown, type SshTarget } from './ssh-target.js';
