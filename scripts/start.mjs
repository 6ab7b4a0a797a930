// From a bare checkout to a running platform: only Node and npm are needed. `--demo` runs the sample as well.
import { prepare } from './lib/prepare.mjs';

await prepare({ quick: true });
// Imported, not spawned: a signal for this process is then a signal for the supervisor.
const { main } = await import('../packages/launcher/dist/main.js');
await main(process.argv.slice(2));
