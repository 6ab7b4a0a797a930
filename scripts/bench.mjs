// Measures the platform beside the bare operations that it is made of:
//   npm run bench -- [suite …] [--rounds N] [--out FOLDER]
import { join } from 'node:path';
import { repository } from './lib/paths.mjs';
import { prepare } from './lib/prepare.mjs';

await prepare({ bench: true });
const { main } = await import('../packages/bench/dist/main.js');
process.exitCode = await main(process.argv.slice(2), join(repository, '.data', 'bench'));
