// The load test (docs/how-to/load-test.md): npm run test:load -- [--seconds N] [--clients N] [--url … --control-center …]
// With --console: large batches in the web console instead.
import { prepare } from './lib/prepare.mjs';

await prepare();
const args = process.argv.slice(2);
const others = args.filter((arg) => arg !== '--console');
if (others.length < args.length) {
  const { main } = await import('../tests/console/load.mjs');
  process.exitCode = await main(others).catch((error) => {
    console.error(error.message);
    return 1;
  });
} else {
  const { main } = await import('../packages/load-test/dist/main.js');
  process.exitCode = await main(args, process.env);
}
// A channel to the parent process would keep this one running.
process.disconnect?.();
