import type { ActContext, ServerScript } from '../drivers/driver.js';
import { converse, type Outcome } from './converse.js';
import { HostConnections } from './host-connections.js';
import { loginOf, userOf, type Login } from './login.js';
import { endOf, sessionFor, type RemoteSession } from './remote-session.js';
import type { SshConfig } from './ssh-config.js';
import type { SshRunner } from './ssh-runner.js';
import type { SshTarget } from './ssh-target.js';
import { TIMING, type Timing } from './timing.js';
import { cutOff, neverBegun, tookTooLong } from './unfinished.js';

// How long processes of a lost connection are searched for on a server before the attempt is given up.
const LOOK_AGAIN_MS = 10_000;

/** Runs scripts over connections, which are kept for the next script. */
export class Connections implements SshRunner {
  readonly #hosts = new Map<string, HostConnections>();
  readonly #running = new Set<Promise<Outcome>>();
  readonly #closed = new AbortController();

  private constructor(
    private readonly login: Login,
    private readonly timing: Timing,
  ) {}

  /** @throws DriverError if the private key is not valid */
  static open(config: SshConfig, timing: Partial<Timing> = {}): Connections {
    const { connectTimeoutSeconds: seconds } = config;
    const connect = seconds === undefined ? {} : { connectMs: seconds * 1000 };
    return new Connections(loginOf(config), { ...TIMING, ...connect, ...timing });
  }

  async run(
    target: SshTarget,
    script: ServerScript,
    { signal, log = () => {} }: ActContext,
  ): Promise<{ exitCode: number }> {
    signal?.throwIfAborted();
    const user = userOf(target, this.login);
    const remote = sessionFor(script, user, this.timing);
    const host = this.#host(target);
    const session = await host.open(remote.command, signal);
    const late = AbortSignal.timeout(script.timeoutSeconds * 1000);
    const stop = AbortSignal.any([this.#closed.signal, late, ...(signal ? [signal] : [])]);
    const conversing = converse(session, remote, this.timing, log, stop);
    this.#running.add(conversing);
    const outcome = await conversing;
    this.#running.delete(conversing);
    session.release();
    if (outcome.exitCode !== undefined && !stop.aborted) return { exitCode: outcome.exitCode };

    if (!outcome.begun && !outcome.lost && !stop.aborted) throw neverBegun(target, user, outcome);
    const ended = outcome.exitCode !== undefined || (await this.#endRemains(host, remote, user));
    if (signal?.aborted) {
      const unsure = cutOff(target, ended, this.timing);
      if (!ended) log(unsure.message);
      throw signal.reason;
    }
    if (late.aborted) throw tookTooLong(target, script, ended, this.timing);
    throw cutOff(target, ended, this.timing);
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await Promise.all(this.#running);
    for (const host of this.#hosts.values()) host.close();
  }

  #host(target: SshTarget): HostConnections {
    const { host, port, user, alias, hostKeys } = target;
    const name = JSON.stringify([host, port, user, alias, hostKeys]);
    let connections = this.#hosts.get(name);
    if (!connections) {
      connections = new HostConnections(target, this.login, this.timing);
      this.#hosts.set(name, connections);
    }
    return connections;
  }

  /** @returns whether none of its processes runs any more */
  async #endRemains(host: HostConnections, remote: RemoteSession, user: string): Promise<boolean> {
    const signal = AbortSignal.timeout(LOOK_AGAIN_MS);
    const end = endOf(remote, user, this.timing);
    try {
      const session = await host.open(end.command, signal);
      const { exitCode } = await converse(session, end, this.timing, () => {}, signal);
      session.release();
      return exitCode === 0;
    } catch {
      // This failure is not why the script failed.
      return false;
    }
  }
}
