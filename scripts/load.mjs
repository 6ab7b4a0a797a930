// The load test (docs/how-to/load-test.md): npm run test:load -- [--seconds N] [--clients N] [--url … --control-center …]
import { prepare } from './lib/prepare.mjs';

await prepare();
const { main } = await import('../packages/load-test/dist/main.js');
process.exitCode = await main(process.argv.slice(2), process.env);
// A channel to the parent process would keep this one running.
process.disconnect?.();
