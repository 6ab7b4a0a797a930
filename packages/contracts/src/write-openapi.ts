// Writes the committed OpenAPI documents; `npm run generate` runs it.
// With --baseline it writes the documents of a release, with which a test compares later changes (docs/releasing.md).
import { mkdirSync, writeFileSync } from 'node:fs';
import { openApiFiles } from './openapi-files.js';

const directory = new URL(
  process.argv.includes('--baseline') ? '../openapi/baseline/' : '../openapi/',
  import.meta.url,
);
mkdirSync(directory, { recursive: true });
for (const { name, content } of openApiFiles()) writeFileSync(new URL(name, directory), content);
