// Writes the part of the contract that the client needs at run time, so that it depends neither on the schemas nor on their
// library, and the reference page. `npm run generate` runs it.
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { controlCenter, EVENT_TYPES, orchestrator } from '@provisioning/contracts';
import { referencePage } from './reference.mjs';

const header = '// Written by generate.mjs from the contract. Do not edit.\n';

/** The source of `src/generated/routes.ts`. */
export function routesModule() {
  return [
    header,
    table('orchestratorRoutes', orchestrator),
    '',
    table('controlCenterRoutes', controlCenter),
    '',
  ].join('\n');
}

function table(name, operations) {
  const lines = Object.entries(operations).map(([id, { method, path, idempotent, success }]) => {
    const marks = [
      `method: '${method.toUpperCase()}'`,
      `path: '${path}'`,
      ...(idempotent ? ['idempotent: true'] : []),
      ...(success.list ? [`list: ['${success.list.parameter}', '${success.list.member}']`] : []),
    ];
    const line = `  ${id}: { ${marks.join(', ')} },`;
    return line.length <= 110 ? line : `  ${id}: {\n${marks.map((mark) => `    ${mark},\n`).join('')}  },`;
  });
  return [
    `/** Method and path of each operation. */\nexport const ${name} = {`,
    ...lines,
    '} as const;',
  ].join('\n');
}

/** The source of `src/generated/event-types.ts`. */
export function eventTypesModule() {
  return [
    header,
    '/** The types of events of `/ws` and `/events`. */',
    'export const EVENT_TYPES = [',
    ...EVENT_TYPES.map((type) => `  '${type}',`),
    '] as const;',
    '',
  ].join('\n');
}

export const outputs = [
  { file: new URL('src/generated/event-types.ts', import.meta.url), make: eventTypesModule },
  { file: new URL('src/generated/routes.ts', import.meta.url), make: routesModule },
  { file: new URL('../../docs/reference/typescript-client.md', import.meta.url), make: referencePage },
];

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const { file, make } of outputs) await writeFile(file, make());
}
