import type { LauncherConfig } from './config.js';
import { httpUrl } from './platform.js';
import type { Addresses } from './platform.js';
import type { Terminal } from './terminal/terminal.js';

/** How to sign in as the first admin. */
export interface AdminAccount {
  username: string;
  /** The password itself, only when this start generated it. */
  fresh: string | undefined;
  /** Where to find the password. */
  where: string;
}

/** Prints the last lines of the start: addresses, how to sign in, what this mode is not meant for, how to stop. */
export function printBanner(
  terminal: Terminal,
  config: LauncherConfig,
  ports: Addresses['ports'],
  admin: AdminAccount,
): void {
  const { bold, cyan, yellow } = terminal.colors;
  const orchestrator = httpUrl(config.host, ports.orchestrator);
  const controlCenter = httpUrl(config.host, ports.controlCenter);
  const password =
    admin.fresh === undefined ? admin.where : `${bold(admin.fresh)}  (shown this once; ${admin.where})`;
  terminal.line();
  terminal.line(`Orchestrator    ${cyan(orchestrator)}   in the browser: ${cyan(`${orchestrator}/docs`)}`);
  terminal.line(`Control center  ${cyan(controlCenter)}   in the browser: ${cyan(`${controlCenter}/docs`)}`);
  terminal.line(`Console         ${cyan(`${orchestrator}/console/`)}`);
  terminal.line(`Sign in as      ${bold(admin.username)}`);
  terminal.line(`Password        ${password}`);
  terminal.line(`Get a token     ${curl(controlCenter, admin)}`);
  terminal.line(`Logs            ${config.dataDir}/logs`);
  terminal.line();
  if (!config.production) {
    for (const row of box([
      'Development mode: generated secrets, databases of this machine.',
      'For production: docs/how-to/run-with-compose.md lists the settings.',
    ])) {
      terminal.line(yellow(row));
    }
  }
  terminal.line('Ctrl-C stops everything.');
}

function curl(controlCenter: string, { username, where }: AdminAccount): string {
  const file = /^in (\S+)$/.exec(where)?.[1];
  const password = file === undefined ? '<password>' : `'"$(cat '${file}')"'`;
  return `curl -s ${controlCenter}/auth/login -H 'Content-Type: application/json' -d '{"username":"${username}","password":"${password}"}'`;
}

function box(lines: string[]): string[] {
  const width = Math.max(...lines.map((line) => line.length));
  const edge = '─'.repeat(width + 2);
  return [`┌${edge}┐`, ...lines.map((line) => `│ ${line.padEnd(width)} │`), `└${edge}┘`];
}
