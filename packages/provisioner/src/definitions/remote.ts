import { randomBytes } from 'node:crypto';
import { DriverError, type ActContext } from '../drivers/driver.js';
import type { Server } from '../drivers/resource.js';
import type { Phase, Timeouts } from './definition.js';
import { readRecord, type InstalledKind, type InstallRecord } from './record.js';
import type { InstallOptions, RunOnServer } from './run-on-server.js';
import { LOCK_SECONDS, scriptText, timeoutOf, type Command } from './server-script.js';

/** One message of the engine: a word, and its argument. */
interface Said {
  word: string;
  rest: string;
}

/** A call of the engine on one server. */
export interface Call extends Command {
  /** What is acted on, for messages and for the engine. */
  kind: InstalledKind;
  name: string;
  environment: Record<string, string>;
  timeouts: Timeouts;
  phases: readonly Phase[];
}

/** Everything that a server has records of. */
export interface Survey {
  taskservs: InstallRecord<'taskserv'>[];
  clusters: InstallRecord<'cluster'>[];
  /** The thing of each name that was removed last. */
  destroyed: { taskservs: InstallRecord<'taskserv'>[]; clusters: InstallRecord<'cluster'>[] };
}

const KEPT_LINES = 4;
const SURVEY_SECONDS = 60;
const ANSWER_MS = 15_000;

/** Runs the engine of `shell/engine.sh` on servers and parses its answers. */
export class Remote {
  constructor(
    private readonly run: RunOnServer,
    private readonly options: InstallOptions,
  ) {}

  /** The time in which several servers that are asked together must answer, in milliseconds. */
  get answerMs(): number {
    return this.options.answerMs ?? ANSWER_MS;
  }

  async survey(server: Server, signal?: AbortSignal): Promise<Survey> {
    const said = await this.#ask(
      server,
      { call: 'survey' },
      {},
      SURVEY_SECONDS,
      { idempotencyKey: 'survey', signal, log: () => {} },
      'the installed software cannot be determined',
    );
    const of = <K extends InstalledKind>(word: string) =>
      said.filter((one) => one.word === word).map(({ rest }) => recordFrom<K>(rest, server));
    return {
      taskservs: of<'taskserv'>('taskserv'),
      clusters: of<'cluster'>('cluster'),
      destroyed: {
        taskservs: of<'taskserv'>('destroyed-taskserv'),
        clusters: of<'cluster'>('destroyed-cluster'),
      },
    };
  }

  /** Runs a call. @throws DriverError that names the script that failed and its last output */
  async call(server: Server, call: Call, context: ActContext): Promise<Answer> {
    const { kind, name, timeouts, phases } = call;
    const environment = {
      PROVISIONING_KIND: `${kind}s`,
      PROVISIONING_NAME: name,
      PROVISIONING_KEY: context.idempotencyKey,
      PROVISIONING_LOCK_SECONDS: String(LOCK_SECONDS),
      PROVISIONING_CACHE: this.options.cache ?? '/var/cache/provisioning',
      ...(this.options.downloadBase ? { PROVISIONING_DOWNLOAD_BASE: this.options.downloadBase } : {}),
      ...Object.fromEntries(
        phasesOf(timeouts).map(([phase, seconds]) => [
          `PROVISIONING_${phase.toUpperCase()}_SECONDS`,
          seconds,
        ]),
      ),
      ...call.environment,
    };
    const last: string[] = [];
    const log = (line: string) => context.log?.(`${server.name}/${name}: ${line}`);
    const what = `${name} on ${server.name}`;
    const said = await this.#ask(
      server,
      call,
      environment,
      timeoutOf(timeouts, phases),
      { ...context, log },
      `${what} was interrupted`,
      last,
    );
    const failed = said.find(({ word }) => word === 'failed');
    if (failed) throw failure(what, failed.rest, last, timeouts);
    return new Answer(said, server);
  }

  async #ask(
    server: Server,
    command: Command,
    environment: Record<string, string>,
    timeoutSeconds: number,
    context: ActContext,
    trouble: string,
    last: string[] = [],
  ): Promise<Said[]> {
    context.signal?.throwIfAborted();
    const mark = `provisioning-${randomBytes(12).toString('hex')}`;
    const said: Said[] = [];
    const log = (line: string) => {
      if (!line.startsWith(`${mark} `)) {
        last.push(line.trim());
        if (last.length > KEPT_LINES) last.shift();
        return context.log?.(line.trimEnd());
      }
      const [word = '', ...rest] = line
        .slice(mark.length + 1)
        .trim()
        .split(' ');
      said.push({ word, rest: rest.join(' ') });
    };
    const script = {
      text: scriptText(command, `END_${mark}`),
      environment: {
        PROVISIONING_MARK: mark,
        PROVISIONING_ROOT: this.options.root ?? '/var/lib/provisioning',
        ...environment,
      },
      timeoutSeconds,
    };
    const { exitCode } = await this.run(server, script, { ...context, log });
    if (exitCode === 0 && said.some(({ word }) => word === 'end')) return said;
    context.signal?.throwIfAborted();
    throw new DriverError(
      `${server.name}: ${trouble} (exit status ${exitCode}).${printed(last)} ` +
        'Run the command again; completed steps are not repeated.',
    );
  }
}

/** The result of a call. */
export class Answer {
  constructor(
    private readonly said: readonly Said[],
    private readonly server: Server,
  ) {}

  has(word: string): boolean {
    return this.said.some((one) => one.word === word);
  }

  record<K extends InstalledKind>(word: 'record' | 'exists'): InstallRecord<K> | null {
    const found = this.said.find((one) => one.word === word);
    return found ? recordFrom<K>(found.rest, this.server) : null;
  }
}

function recordFrom<K extends InstalledKind>(base64: string, server: Server): InstallRecord<K> {
  const record = readRecord<K>(Buffer.from(base64, 'base64').toString());
  if (record) return record;
  throw new DriverError(
    `A record of the installed software on ${server.name} is damaged. ` +
      'Repair the record, or remove it on the server and create the task service again.',
    { permanent: true },
  );
}

function failure(what: string, rest: string, last: readonly string[], timeouts: Timeouts): DriverError {
  const [reason = '', status = ''] = rest.split(' ');
  const again = 'Correct this and run the command again; it continues from there.';
  switch (reason) {
    case 'lock':
      return new DriverError(
        `${what}: another installation on that server has been running for more than ${LOCK_SECONDS} seconds. Run the command again later.`,
      );
    case 'check':
      return new DriverError(
        `${what}: the installation succeeded, but the check does not find it.${printed(last)} ${again}`,
      );
    case 'version':
      return new DriverError(
        `${what}: its check succeeded without reporting a version. The check must call report_version.`,
        { permanent: true },
      );
    case 'removal':
      return new DriverError(`${what}: the removal succeeded, but the check still finds it. ${again}`);
    default: {
      const seconds = phasesOf(timeouts).find(([phase]) => phase === reason)?.[1];
      const how =
        status === '124' || status === '137'
          ? `took more than ${seconds} seconds`
          : `failed (exit status ${status})`;
      return new DriverError(`${what}: the script "${reason}" ${how}.${printed(last)} ${again}`);
    }
  }
}

function printed(last: readonly string[]): string {
  return last.length > 0 ? ` Its last output: ${last.join(' | ')}` : '';
}

function phasesOf(timeouts: Timeouts): [string, string][] {
  return Object.entries(timeouts).map(([phase, seconds]) => [phase, String(seconds)]);
}
