import { fork, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const RESTART_MS = 300;
const STOP_MS = 15_000;
const LAST_LINES = 8;

export interface MemberSpec {
  name: string;
  script: string;
  /** The run's folder. */
  folder: string;
  environment: Record<string, string>;
}

/** A process of the platform that is restarted whenever it ends, as its supervisor would do. */
export class Member {
  /** Added to the environment from the next start on. */
  extra: Record<string, string> = {};
  /** While a fault has it, other faults leave it alone. */
  busy = false;
  /** Unrequested exits, with the last lines; one that failed while starting is retried like any. */
  readonly unasked: string[] = [];
  readonly cwd: string;
  readonly #log: string;
  #child: ChildProcess | undefined;
  #url: string | undefined;
  #wanted = true;
  #struck = false;

  constructor(private readonly spec: MemberSpec) {
    this.cwd = join(spec.folder, spec.name);
    this.#log = join(spec.folder, `${spec.name}.log`);
    mkdirSync(this.cwd);
  }

  get name(): string {
    return this.spec.name;
  }

  /** Its address, once it serves. */
  get url(): string | undefined {
    return this.#url;
  }

  start(): void {
    const { script, folder, environment } = this.spec;
    const log = openSync(this.#log, 'a');
    // A minimal environment: nothing of the user who runs the tests.
    const child = fork(script, [], {
      cwd: this.cwd,
      env: { NODE_ENV: 'test', PATH: `${folder}:${process.env['PATH']}`, ...environment, ...this.extra },
      execArgv: [],
      stdio: ['ignore', log, log, 'ipc'],
    });
    closeSync(log);
    this.#child = child;
    child.on('error', () => undefined);
    child.on('message', (message) => {
      const { type, url } = message as { type?: string; url?: string };
      if (type === 'ready') this.#url = url;
    });
    child.once('exit', (code, signal) => this.#ended(`exit status ${code ?? signal}`));
  }

  #ended(how: string): void {
    const served = this.#url !== undefined;
    this.#url = undefined;
    this.#child = undefined;
    if (!this.#wanted) return;
    if (served && !this.#struck)
      this.unasked.push([`${this.name}: ${how}`, ...this.#lastWords()].join('\n    '));
    this.#struck = false;
    setTimeout(() => {
      if (this.#wanted) this.start();
    }, RESTART_MS);
  }

  /** All output of the process and its executor. */
  log(): string {
    return readFileSync(this.#log, 'utf8');
  }

  #lastWords(): string[] {
    return this.log().trim().split('\n').slice(-LAST_LINES);
  }

  kill(): void {
    this.#struck = this.#child !== undefined;
    this.#child?.kill('SIGKILL');
  }

  freeze(): void {
    this.#child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child?.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    this.#wanted = false;
    const child = this.#child;
    if (!child) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGCONT');
    child.kill('SIGTERM');
    const late = new AbortController();
    const timer = sleep(STOP_MS, undefined, { signal: late.signal }).then(
      () => child.kill('SIGKILL'),
      () => undefined,
    );
    await ended;
    late.abort();
    await timer;
  }
}
