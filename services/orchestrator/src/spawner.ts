import { Socket } from 'node:net';
import { Spawner } from './execution/spawner/spawner.js';

// Usage: spawner.js WORKER_ID LIMIT_SECONDS, with the executor's pipe as file descriptor 3.
const [workerId = '', limitSeconds = ''] = process.argv.slice(2);

// It ends with its executor, not before: it must be there between the TERM and the KILL of every process.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});

// Its executor reads what it prints, and may die before it.
process.stderr.on('error', () => {});
const spawner = new Spawner(new Socket({ fd: 3 }), { workerId, limitMs: Number(limitSeconds) * 1000 });
await spawner.closed();
process.exit(0);
