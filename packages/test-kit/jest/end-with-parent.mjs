// When a process of a test run is killed, its children are not notified. Each of them therefore polls for its parent,
// so that a killed run leaves no servers and no services behind.
import { childrenOf, signal } from './children.mjs';

const LOOK_MS = 1_000;
const parent = process.ppid;

setInterval(() => {
  if (process.ppid === parent) return;
  for (const child of childrenOf(process.pid)) signal(child, 'SIGKILL');
  process.exit(1);
}, LOOK_MS).unref();
