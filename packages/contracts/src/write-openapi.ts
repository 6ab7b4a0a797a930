// Writes the committed documents: run it after a change of the contract (`pnpm --filter @provisioning/contracts openapi`).
import { mkdirSync, writeFileSync } from 'node:fs';
import { openApiFiles } from './openapi-files.js';

const directory = new URL('../openapi/', import.meta.url);
mkdirSync(directory, { recursive: true });
for (const { name, content } of openApiFiles()) writeFileSync(new URL(name, directory), content);
