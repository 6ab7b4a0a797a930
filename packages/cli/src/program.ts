import tab from '@bomb.sh/tab/commander';
import { Command, Option } from 'commander';
import { adminCommands } from './commands/admin/index.js';
import { auditCommands } from './commands/audit/index.js';
import { authCommands } from './commands/auth/index.js';
import { batchCommands } from './commands/batch/index.js';
import { checkpointCommands } from './commands/checkpoint/index.js';
import { inventoryCommand } from './commands/inventory/index.js';
import { planCommands } from './commands/plan/index.js';
import { platformCommands } from './commands/platform/index.js';
import { policyCommands } from './commands/policy/index.js';
import { rollbackCommands } from './commands/rollback/index.js';
import { statusCommand } from './commands/status/index.js';
import { taskCommands } from './commands/task/index.js';
import { tokenCommands } from './commands/token/index.js';
import { userCommands } from './commands/user/index.js';
import { versionCommand } from './commands/version/index.js';
import { webhookCommands } from './commands/webhook/index.js';
import { workflowCommands } from './commands/workflow/index.js';
import type { Actions } from './context.js';
import { seconds } from './input.js';
import { FORMATS } from './output/printer.js';
import type { Terminal } from './terminal.js';

const EXIT_CODES = `
Exit codes: 0 done · 1 failed · 2 usage · 3 cancelled · 4 rolled back · 5 not signed in or not allowed
            6 not reachable · 7 not found · 8 conflict · 9 still running or not approved
            130 interrupted · 141 output closed by its reader`;

/** Builds the command tree. */
export function programOf(actions: Actions, { stdout, stderr }: Terminal): Command {
  const program = new Command('provctl')
    .description('command line client of Provisioning')
    .addOption(new Option('-o, --output <format>', 'output format').choices(FORMATS).default('table'))
    .option('--profile <name>', 'profile with the URL and token to use')
    .option('--url <url>', 'URL of the orchestrator')
    .option('--control-center-url <url>', 'URL of the control center')
    .option('--timeout <seconds>', 'timeout of one request, in seconds', seconds)
    .addHelpText('after', EXIT_CODES)
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
    })
    .showHelpAfterError('(run provctl --help for usage)')
    .exitOverride();
  for (const add of [
    authCommands,
    statusCommand,
    workflowCommands,
    batchCommands,
    planCommands,
    taskCommands,
    inventoryCommand,
    platformCommands,
    checkpointCommands,
    rollbackCommands,
    userCommands,
    policyCommands,
    auditCommands,
    webhookCommands,
    tokenCommands,
    adminCommands,
    versionCommand,
  ]) {
    add(program, actions);
  }
  tab(program);
  return program;
}
