import type { Command } from 'commander';
import type { Actions, Context } from '../../context.js';
import { EXIT, type ExitCode } from '../../exit-code.js';
import { holdLine } from '../admin/index.js';

/** Adds `provctl status` to the program. */
export function statusCommand(program: Command, actions: Actions): void {
  program
    .command('status')
    .description('show the health of the platform; exit code 0 means healthy')
    .action(actions.of(status));
}

async function status({ client, printer }: Context): Promise<ExitCode> {
  const [orchestrator, controlCenter] = await Promise.all([
    client.orchestrator.orchestratorHealth(),
    client.controlCenter.controlCenterHealth(),
  ]);
  const [health, metrics, hold] = await Promise.all([
    client.orchestrator.getSystemHealth(),
    client.orchestrator.getSystemMetrics(),
    client.orchestrator.getHold(),
  ]);
  if (printer.format !== 'table') {
    printer.data({ orchestrator, control_center: controlCenter, health, metrics, hold });
  } else {
    const held = holdLine(hold);
    if (held !== undefined) printer.outcome('Held', held);
    printer.outcome('Healthy', orchestrator);
    printer.outcome('Healthy', controlCenter);
    for (const [component, how] of Object.entries(health.components)) printer.outcome(how, component);
    const { active_workflows: active, total_workflows: total, failed_workflows: failed } = metrics;
    printer.outcome(health.overall_status, `${total} workflows, ${active} active, ${failed} failed.`);
  }
  return health.overall_status === 'Healthy' ? EXIT.done : EXIT.failed;
}
