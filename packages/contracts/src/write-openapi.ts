// Writes the committed documents: run it after a change of the contract (`pnpm --filter @provisioning/contracts openapi`).
// With --baseline it writes what is promised from then on: later changes are held against it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { openApiFiles } from './openapi-files.js';

const directory = new URL(
  process.argv.includes('--baseline') ? '../openapi/baseline/' : '../openapi/',
  import.meta.url,
);
mkdirSync(directory, { recursive: true });
for (const { name, content } of openApiFiles()) writeFileSync(new URL(name, directory), content);
