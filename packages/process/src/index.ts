export { sendEnvironment, splitEnvironment, takeEnvironment, toolEnvironment } from './environment.js';
export { knownFlags } from './node-flags.js';
