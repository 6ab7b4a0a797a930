import type { DesiredServer } from '../../settings/settings.js';
import { DriverError, type ActContext } from '../driver.js';
import { claimFor, type HostRecord } from './host-record.js';
import type { Host } from './hosts-file.js';
import type { HostRecords } from './remote-host.js';
import { noneFree, suitableHosts } from './suitable-hosts.js';
import { assertComplete, claimsIn, lookAtAll, mattering, winnerOf, type Claim, type View } from './views.js';

// The maximum number of attempts: each lost race was won by another process.
const MAX_RACES = 40;

/**
 * Assigns hosts to servers. Two processes may see different free hosts and claim both for the same server. A claim is
 * therefore made in two steps, each of which replaces a record only if it is unchanged since it was read. First, a host is
 * claimed. Then all hosts are read again, other claims to the same server are withdrawn, and the remaining one is
 * settled. A process that finds an unsettled claim, because its maker is slow or dead, completes it.
 *
 * A claim is settled only after a read of all hosts that started when the claim existed. Of two claims, the process that
 * made the later one therefore sees the earlier one and withdraws one of them, so two claims are never both settled.
 */
export class Claims {
  // The host on which a server was last seen: it is asked first, and the answer is checked.
  readonly #places = new Map<string, string>();

  /** @param hosts reads the current list of hosts */
  constructor(
    private readonly hosts: () => Promise<Host[]>,
    private readonly remote: HostRecords,
  ) {}

  /** All hosts of an infra. @throws DriverError if one of them does not answer */
  async view(infra: string): Promise<View> {
    const view = await this.look(infra);
    assertComplete(view, infra);
    return view;
  }

  /** The same, with the hosts that do not answer among the failures. */
  async look(infra: string): Promise<View> {
    const view = await lookAtAll(this.remote, await this.hosts());
    return { seen: view.seen, failures: mattering(view, infra) };
  }

  /** The host that is that server. @throws DriverError if a host that may be it does not answer */
  async find(infra: string, name: string, signal?: AbortSignal): Promise<Claim | undefined> {
    const hosts = await this.hosts();
    const settled = await this.#whereItWas(hosts, infra, name, signal);
    if (settled) return settled;
    const winner = winnerOf((await this.#lookFor(hosts, infra, name, signal)).claims);
    return winner && this.#noted(winner);
  }

  /** The host on which a server was last seen. */
  async place({ infra, name }: Pick<DesiredServer, 'infra' | 'name'>): Promise<Host | undefined> {
    return this.#place(await this.hosts(), infra, name);
  }

  /** The server is no longer on that host. */
  forget({ infra, name }: Pick<DesiredServer, 'infra' | 'name'>): void {
    this.#places.delete(placeName(infra, name));
  }

  /** Finds the host that is that server, or claims one. @throws DriverError if none is free */
  async claim(desired: DesiredServer, context: ActContext): Promise<Claim> {
    const { infra, name } = desired;
    const { signal } = context;
    // Claims that existed before the hosts are read.
    const before = new Set<string>();
    let trouble: DriverError | undefined;
    for (let race = 0; race < MAX_RACES; race++) {
      signal?.throwIfAborted();
      const hosts = await this.hosts();
      const there = await this.#whereItWas(hosts, infra, name, signal);
      if (there) return there;
      const { view, claims } = await this.#lookFor(hosts, infra, name, signal);
      const winner = winnerOf(claims);
      try {
        if (!winner) before.add(await this.#claimFree(desired, view, context));
        else if (winner.record.state === 'claimed' || before.has(winner.record.server.id)) {
          const settled = await this.#settle(winner, claims, signal);
          if (settled) return this.#noted(settled);
        }
        for (const { record } of claims) before.add(record.server.id);
      } catch (error) {
        // If the answer to an act was lost, the next read of the hosts shows its outcome.
        trouble = passing(error, trouble, signal);
      }
    }
    throw new DriverError(
      `Hosts for ${name} are being claimed and released repeatedly by other processes. Try again later.`,
    );
  }

  /** Replaces the record of a server, or removes it. @returns false if the record has changed since it was read */
  async replace(claim: Claim, next: HostRecord | null, signal: AbortSignal | undefined): Promise<boolean> {
    return (await this.remote.swap(claim, next, signal)).swapped;
  }

  async #lookFor(
    hosts: readonly Host[],
    infra: string,
    name: string,
    signal: AbortSignal | undefined,
  ): Promise<{ view: View; claims: Claim[] }> {
    const view = await lookAtAll(this.remote, hosts, signal);
    const claims = claimsIn(view, infra).filter(({ record }) => record.server.name === name);
    // Once a claim is settled, no other host can be that server.
    if (winnerOf(claims)?.record.state !== 'claimed') assertComplete(view, infra, name);
    return { view, claims };
  }

  /** @returns the id of the claim, whether it was made or not */
  async #claimFree(desired: DesiredServer, view: View, context: ActContext): Promise<string> {
    const free = view.seen.filter(({ record }) => record === null);
    const [host] = suitableHosts(
      desired,
      free.map((one) => one.host),
    );
    const seen = free.find((one) => one.host === host);
    if (!seen) throw noneFree(desired, view.seen);
    const claim = claimFor(desired, seen.host, context);
    await this.remote.swap(seen, claim, context.signal);
    return claim.server.id;
  }

  /** @returns undefined if another process changed something meanwhile */
  async #settle(
    winner: Claim,
    claims: readonly Claim[],
    signal: AbortSignal | undefined,
  ): Promise<Claim | undefined> {
    const others = claims.filter(
      ({ record }) => record.state === 'claiming' && record.server.id !== winner.record.server.id,
    );
    for (const other of others) {
      if (!(await this.replace(other, null, signal))) return undefined;
    }
    if (winner.record.state === 'claimed') return winner;
    const record = { ...winner.record, state: 'claimed' as const };
    const { swapped, seen } = await this.remote.swap(winner, record, signal);
    return swapped ? { ...seen, record } : undefined;
  }

  async #whereItWas(
    hosts: readonly Host[],
    infra: string,
    name: string,
    signal: AbortSignal | undefined,
  ): Promise<Claim | undefined> {
    const host = this.#place(hosts, infra, name);
    if (!host) return undefined;
    const { seen } = await lookAtAll(this.remote, [host], signal);
    return seen
      .filter((one): one is Claim => one.record?.state === 'claimed')
      .find(({ record: { server } }) => server.infra === infra && server.name === name);
  }

  #place(hosts: readonly Host[], infra: string, name: string): Host | undefined {
    const last = this.#places.get(placeName(infra, name));
    return hosts.find(({ shown }) => shown === last) ?? hosts.find((host) => host.name === name);
  }

  #noted(claim: Claim): Claim {
    const { infra, name } = claim.record.server;
    this.#places.set(placeName(infra, name), claim.host.shown);
    return claim;
  }
}

function placeName(infra: string, name: string): string {
  return `${infra}/${name}`;
}

/** The first temporary failure. @throws all others */
export function passing(
  error: unknown,
  before: DriverError | undefined,
  signal: AbortSignal | undefined,
): DriverError {
  if (before || signal?.aborted || !(error instanceof DriverError) || error.permanent) throw error;
  return error;
}
