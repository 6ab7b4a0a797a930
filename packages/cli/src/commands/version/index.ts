import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { Actions, Context } from '../../context.js';

/** Adds `provctl version` to the program. */
export function versionCommand(program: Command, actions: Actions): void {
  program
    .command('version')
    .description('show the versions of provctl and of both services')
    .action(actions.of(version));
}

async function version({ client, printer }: Context): Promise<void> {
  const [orchestrator, controlCenter] = await Promise.all([
    client.orchestrator.orchestratorVersion(),
    client.controlCenter.controlCenterVersion(),
  ]);
  const provctl = { version: ownVersion(), commit: null, node: process.versions.node, schema: null };
  if (printer.format !== 'table') {
    return printer.data({ provctl, orchestrator, control_center: controlCenter });
  }
  const programs = [
    { program: 'provctl', ...provctl },
    { program: 'orchestrator', ...orchestrator },
    { program: 'control center', ...controlCenter },
  ];
  printer.rows(programs, {
    program: ({ program }) => program,
    version: ({ version: number }) => number,
    commit: ({ commit }) => commit?.slice(0, 12),
    node: ({ node }) => node,
    schema: ({ schema }) => schema,
  });
}

function ownVersion(): string {
  // Safe cast: the manifest of this package, which has these members.
  const manifest = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return manifest.version;
}
