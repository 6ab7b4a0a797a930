import { composeExecutor } from './compose/executor.js';
import { executorLog } from './execution/log.js';

// The options come as one line of JSON on standard input (execution/options.ts).
let line = '';
for await (const chunk of process.stdin) line += String(chunk);

// The process that reads this output may end first.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
process.on('SIGINT', () => {}); // Ctrl-C is for the worker, which sends a message

const { executor, close } = composeExecutor(line);
process.on('SIGTERM', () => executor.stop(0));
try {
  const end = await executor.run();
  await close();
  process.exit(end === 'drained' ? 0 : 3);
} catch (error) {
  executorLog('error', 'the executor cannot work', { error: String(error) });
  process.exit(1);
}
