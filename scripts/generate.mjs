// Writes the generated files: `npm run generate` writes all of them, `npm run generate -- contract` those of one
// generator.
// Tests compare each generated file with its source; .gitattributes lists the files.
import { join } from 'node:path';
import { build } from './lib/build.mjs';
import { install } from './lib/install.mjs';
import { runJest } from './lib/jest.mjs';
import { requireNode } from './lib/node-version.mjs';
import { onPath } from './lib/programs.mjs';
import { repository } from './lib/paths.mjs';
import { StepFailed, step } from './lib/step.mjs';

const GENERATORS = {
  /** From the contract: the OpenAPI documents, both clients and their reference pages. */
  async contract() {
    const node = (file) => [process.execPath, join(repository, file)];
    await step('OpenAPI documents', node('packages/contracts/dist/write-openapi.js'));
    await step('TypeScript client', node('packages/client/generate.mjs'));
    const python = onPath('python3');
    if (!python) throw new StepFailed('The Python client needs python3 on the PATH.');
    await step('Python client', [python, join(repository, 'packages/client-python/generate.py')]);
    // The client's generated sources may have changed; tests refuse a build that is older than its sources.
    await build();
  },

  /** From the running platform: the answer to each operation for each kind of caller. Review its difference like code. */
  async 'access-matrix'() {
    process.env.WRITE_ACCESS_MATRIX = 'true';
    const { failed } = await runJest(['--testPathPatterns', 'tests/access/access-matrix']);
    if (failed > 0) throw new StepFailed('The access matrix was not written.');
  },
};

requireNode();
const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !Object.hasOwn(GENERATORS, name));
if (unknown.length > 0) {
  console.error(
    `Unknown generator ${unknown.join(', ')}. The generators are ${Object.keys(GENERATORS).join(', ')}.`,
  );
  process.exit(2);
}
try {
  await install();
  await build();
  for (const [name, generate] of Object.entries(GENERATORS))
    if (chosen.length === 0 || chosen.includes(name)) await generate();
} catch (error) {
  if (!(error instanceof StepFailed)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
