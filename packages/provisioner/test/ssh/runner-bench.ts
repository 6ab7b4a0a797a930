import { join } from 'node:path';
import type { ActContext } from '../../src/drivers/driver.js';
import { Connections } from '../../src/ssh/connections.js';
import type { SshConfig, SshTarget } from '../../src/ssh/index.js';
import type { Timing } from '../../src/ssh/timing.js';
import type { newKeys } from './keys.js';

/** A host on which scripts run in this machine's file system. */
export interface TestHost {
  target: SshTarget;
  hostKey: string;
  folder: string;
}

export interface Ran {
  exitCode: number;
  lines: string[];
}

const QUICK: Partial<Timing> = { connectMs: 5_000, tickMs: 100, silenceMs: 3_000, graceMs: 1_000 };

/** Runners, which are closed at the end, and their usual calls. */
export class RunnerBench {
  readonly #runners: Connections[] = [];

  constructor(
    readonly folder: string,
    readonly keys: ReturnType<typeof newKeys>,
    readonly user = 'root',
  ) {}

  get config(): SshConfig {
    return {
      privateKey: this.keys.private,
      user: this.user,
      knownHostsFile: join(this.folder, 'known_hosts'),
      learnHostKeys: false,
    };
  }

  runner(config: Partial<SshConfig> = {}, timing: Partial<Timing> = {}): Connections {
    const runner = Connections.open({ ...this.config, ...config }, { ...QUICK, ...timing });
    this.#runners.push(runner);
    return runner;
  }

  async run(
    runner: Connections,
    { target, hostKey }: TestHost,
    text: string,
    more: Partial<ActContext> & { environment?: Record<string, string>; timeoutSeconds?: number } = {},
  ): Promise<Ran> {
    const { environment = {}, timeoutSeconds = 60, ...context } = more;
    const lines: string[] = [];
    const { exitCode } = await runner.run(
      { hostKeys: [hostKey], ...target },
      { text, environment, timeoutSeconds },
      { idempotencyKey: 'k', log: (line) => lines.push(line), ...context },
    );
    return { exitCode, lines };
  }

  async close(): Promise<void> {
    for (const runner of this.#runners) await runner.close();
  }
}
