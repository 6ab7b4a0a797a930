export { sendEnvironment, splitEnvironment, takeEnvironment, toolEnvironment } from './environment.js';
export { flushLines, sendLine } from './lines.js';
export { knownFlags } from './node-flags.js';
