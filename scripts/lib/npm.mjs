import { basename } from 'node:path';

/** How to run npm: the very one that runs us, where it does. */
export function npm(...args) {
  const running = process.env.npm_execpath ?? '';
  return basename(running) === 'npm-cli.js' ? [process.execPath, running, ...args] : ['npm', ...args];
}
