import { execute } from './execute.js';
import { TRUE } from './task.js';

// A small process that runs commands and returns their output: nothing is stored.
process.on('message', (id: number) => {
  execute(TRUE).then(
    (printed) => process.send?.({ id, printed }),
    (error: unknown) => process.send?.({ id, error: String(error) }),
  );
});
process.once('disconnect', () => process.exit());
