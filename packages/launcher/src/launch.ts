import type { LauncherConfig } from './config.js';
import type { ProcessNotes } from './data-dir/process-notes.js';
import { embeddedPostgres, embeddedRedis } from './databases.js';
import type { Journal } from './journal.js';
import type { Addresses, Platform } from './platform.js';
import { platform } from './platform.js';
import { runNode, startNode } from './processes/node-service.js';
import type { NodeSpec } from './processes/node-service.js';
import { reportWaiting } from './processes/report-waiting.js';
import type { Startable } from './processes/startable.js';
import type { Supervisor } from './processes/supervisor.js';
import { serviceEntry } from './terminal/severity.js';
import type { Terminal } from './terminal/terminal.js';

/** The parts of a start. */
export interface Launch {
  config: LauncherConfig;
  ports: Addresses['ports'];
  supervisor: Supervisor;
  journal: Journal;
  notes: ProcessNotes;
  terminal: Terminal;
  /** Aborted when the start is to be ended. */
  signal: AbortSignal;
  /** The processes that make up the platform; default: the real ones. */
  describe?: (config: LauncherConfig, addresses: Addresses) => Platform;
}

/**
 * Starts everything in its order, each phase with a line and its time.
 * @throws the first failure, with the last lines of the process concerned; what was started is still running then.
 */
export async function launch(context: Launch): Promise<void> {
  const { config, supervisor, terminal, signal, ports } = context;
  const databaseUrl = await terminal.phase(
    'Postgres',
    () => postgres(context),
    ({ detail }) => detail,
  );
  signal.throwIfAborted();
  const redisUrl = await terminal.phase(
    'Redis',
    () => redis(context),
    ({ detail }) => detail,
  );
  signal.throwIfAborted();
  const { migrations, groups } = (context.describe ?? platform)(config, {
    databaseUrl: databaseUrl.url,
    redisUrl: redisUrl.url,
    ports,
  });
  await terminal.phase('Migrations', () => Promise.all(migrations.map((spec) => migrate(context, spec))));
  for (const group of groups) {
    signal.throwIfAborted();
    const services = await Promise.all(group.map((spec) => service(context, spec)));
    await terminal.phase(title(group), () => supervisor.start(...services));
  }
  signal.throwIfAborted();
}

async function postgres({ config, supervisor, journal }: Launch): Promise<{ url: string; detail: string }> {
  if (config.databaseUrl !== undefined) return { url: config.databaseUrl, detail: 'the one of DATABASE_URL' };
  const database = await embeddedPostgres(config.dataDir, journal);
  await supervisor.start(database);
  return { url: database.url ?? '', detail: 'embedded' };
}

async function redis({
  config,
  supervisor,
  journal,
}: Launch): Promise<{ url: string | undefined; detail: string }> {
  if (config.redisUrl !== undefined) return { url: config.redisUrl, detail: 'the one of REDIS_URL' };
  const database = await embeddedRedis(config.dataDir, journal);
  if (database === null) {
    return {
      url: undefined,
      detail:
        'none found (no redis-server or valkey-server on PATH): workers take their work from Postgres, limits count per process',
    };
  }
  await supervisor.start(database);
  return {
    url: database.url,
    detail: 'the redis-server or valkey-server of this machine, on a port of its own',
  };
}

async function migrate({ journal, signal, terminal }: Launch, spec: NodeSpec): Promise<void> {
  const ended = runNode(spec, await journal.writer(spec.name, serviceEntry), signal);
  await reportWaiting(spec.name, ended, { report: (line) => terminal.notice(line) });
}

async function service({ journal, notes, terminal }: Launch, spec: NodeSpec): Promise<Startable> {
  const lines = await journal.writer(spec.name, serviceEntry);
  return {
    name: spec.name,
    stopWithinMs: spec.stopWithinMs,
    start: async (signal) => {
      const running = await startNode(spec, lines, signal, (pid) =>
        // It also runs without a record, which only a start after a kill of this process needs.
        notes.add(spec.name, pid).catch((error: NodeJS.ErrnoException) => {
          terminal.notice(
            `process ${pid} of ${spec.name} could not be noted (${error.code ?? error.message})`,
          );
        }),
      );
      return {
        ...running,
        stop: async (how) => {
          await running.stop(how);
          await notes.remove(spec.name);
        },
      };
    },
  };
}

function title(group: NodeSpec[]): string {
  const [first] = group;
  const name = (first?.name ?? '').replaceAll('-', ' ').replace(/ \d+$/, '');
  return group.length > 1 ? `${group.length} ${name}s` : name.charAt(0).toUpperCase() + name.slice(1);
}
