import { isFailure } from '@provisioning/errors';
import { adminAccount, generatedPassword } from './admin-account.js';
import { printBanner } from './banner.js';
import { readConfig } from './config.js';
import type { LauncherConfig } from './config.js';
import { createDataDir } from './data-dir/create.js';
import { asDataDirFailure } from './data-dir/data-dir-failure.js';
import { lockDataDir } from './data-dir/lock.js';
import { ProcessNotes } from './data-dir/process-notes.js';
import { runDemo, type DemoOptions } from './demo/run-demo.js';
import { Journal } from './journal.js';
import { launch } from './launch.js';
import type { Launch } from './launch.js';
import type { LauncherOptions } from './options.js';
import { httpUrl } from './platform.js';
import { settlePorts } from './ports.js';
import { Supervisor } from './processes/supervisor.js';
import type { StopRequests } from './stop-signals.js';
import type { Terminal } from './terminal/terminal.js';

/** One run of the launcher. */
export interface Run {
  repository: string;
  options: LauncherOptions;
  requests: StopRequests;
  terminal: Terminal;
  /** The processes that make up the platform; default: the real ones. */
  describe?: Launch['describe'];
}

/** Runs the platform on this machine; resolves to the exit status once everything has ended. */
export async function run(context: Run): Promise<number> {
  const config = readConfig(context.repository);
  try {
    return await runWith(config, context);
  } catch (error) {
    throw asDataDirFailure(error, config.dataDir);
  }
}

async function runWith(
  config: LauncherConfig,
  { options, requests, terminal, describe }: Run,
): Promise<number> {
  await createDataDir(config.dataDir);
  const unlock = await lockDataDir(config.dataDir);
  const journal = new Journal(config.dataDir, terminal);
  const supervisor = new Supervisor({ report: (line) => terminal.notice(line) });
  requests.stop.addEventListener('abort', () => {
    journal.hush();
    terminal.line('\nStopping: workers first, databases last (Ctrl-C again to hasten).');
    void supervisor.stop();
  });
  requests.hurry.addEventListener('abort', () => supervisor.hasten());
  try {
    const notes = new ProcessNotes(config.dataDir);
    const leftovers = await notes.endLeftovers();
    if (leftovers.length > 0)
      terminal.notice(`ended ${leftovers.length} processes that a killed run had left`);
    const { internal } = config;
    const [orchestrator = 0, controlCenter = 0, internalPort] = await settlePorts([
      { variable: 'ORCHESTRATOR_PORT', host: config.host, port: config.ports.orchestrator },
      { variable: 'CONTROL_CENTER_PORT', host: config.host, port: config.ports.controlCenter },
      ...(internal.port === undefined
        ? []
        : [{ variable: 'INTERNAL_PORT', host: internal.host, port: internal.port }]),
    ]);
    const ports = { orchestrator, controlCenter, internal: internalPort };
    const before = await generatedPassword(config);
    const signal = requests.stop;
    await launch({
      config,
      ports,
      supervisor,
      journal,
      notes,
      terminal,
      signal,
      ...(describe && { describe }),
    });
    const admin = await adminAccount(config, before);
    const status = options.demo
      ? await demo(config, ports, { terminal, signal, examples: !options.exit })
      : 0;
    if (options.exit) return status;
    printBanner(terminal, config, ports, admin);
    await aborted(signal);
    return 0;
  } catch (error) {
    // A caller that waits for the sample's result must not take its interruption for a success.
    if (requests.stop.aborted) return options.exit ? 130 : 0;
    throw error;
  } finally {
    journal.hush();
    await supervisor.stop();
    await journal.close();
    await unlock();
    if (requests.stop.aborted) terminal.line('Stopped.');
  }
}

async function demo(
  config: LauncherConfig,
  ports: Launch['ports'],
  how: Pick<DemoOptions, 'terminal' | 'signal' | 'examples'>,
): Promise<number> {
  const { terminal, signal } = how;
  const urls = {
    orchestrator: httpUrl(config.host, ports.orchestrator),
    controlCenter: httpUrl(config.host, ports.controlCenter),
  };
  const password = config.admin.password ?? (await generatedPassword(config));
  try {
    return (await runDemo({ urls, username: config.admin.username, password, ...how })) ? 0 : 1;
  } catch (error) {
    if (signal.aborted || !isFailure(error)) throw error;
    terminal.line(`${terminal.colors.red('The sample could not be run:')} ${error.message}`);
    return 1;
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    // Nothing else may be open while only children run: an abort listener alone does not keep the process running.
    const alive = setInterval(() => undefined, 60_000);
    signal.addEventListener('abort', () => {
      clearInterval(alive);
      resolve();
    });
  });
}
