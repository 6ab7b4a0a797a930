import type { DesiredServer } from '../../settings/settings.js';
import { DriverError, type ActContext } from '../driver.js';
import { claimFor, type HostRecord } from './host-record.js';
import type { Host } from './hosts-file.js';
import type { HostRecords } from './remote-host.js';
import { noneFree, suitableHosts } from './suitable-hosts.js';
import { assertComplete, claimsIn, lookAtAll, mattering, winnerOf, type Claim, type View } from './views.js';

// Each race is lost to somebody who won one.
const MAX_RACES = 40;

/**
 * Which host is which server. Who sees different hosts free may claim different hosts for the same server, so that is
 * done in two steps, each of which replaces a record only as it was seen: a host is claimed; then all hosts are looked at
 * again, other claims to the same server are withdrawn, and the one that stays is settled. Whoever finds a claim that is
 * not settled yet, because its maker is slow or dead, does the rest.
 *
 * It takes a look at all hosts that began when the claim was there already: of two claims, the one that was made later
 * sees the earlier one then, and withdraws it or itself; so never are two of them settled.
 */
export class Claims {
  // Where a server was seen last: asked first, and believed only if it is still there.
  readonly #places = new Map<string, string>();

  /** @param hosts reads the list of hosts, as it is now */
  constructor(
    private readonly hosts: () => Promise<Host[]>,
    private readonly remote: HostRecords,
  ) {}

  /** All hosts of an infra. @throws DriverError if one of them cannot be asked */
  async view(infra: string): Promise<View> {
    const view = await this.look(infra);
    assertComplete(view, infra);
    return view;
  }

  /** The same with those that cannot be asked among the failures. */
  async look(infra: string): Promise<View> {
    const view = await lookAtAll(this.remote, await this.hosts());
    return { seen: view.seen, failures: mattering(view, infra) };
  }

  /** The host that is that server. @throws DriverError if that cannot be told */
  async find(infra: string, name: string, signal?: AbortSignal): Promise<Claim | undefined> {
    const hosts = await this.hosts();
    const settled = await this.#whereItWas(hosts, infra, name, signal);
    if (settled) return settled;
    const winner = winnerOf((await this.#lookFor(hosts, infra, name, signal)).claims);
    return winner && this.#noted(winner);
  }

  /** Where a server was seen last, to be asked whether it is still there. */
  async place({ infra, name }: Pick<DesiredServer, 'infra' | 'name'>): Promise<Host | undefined> {
    return this.#place(await this.hosts(), infra, name);
  }

  /** It is not there any more. */
  forget({ infra, name }: Pick<DesiredServer, 'infra' | 'name'>): void {
    this.#places.delete(placeName(infra, name));
  }

  /** Finds the host that is that server, or claims one. @throws DriverError if there is none */
  async claim(desired: DesiredServer, context: ActContext): Promise<Claim> {
    const { infra, name } = desired;
    const { signal } = context;
    // Claims that were there before the hosts are looked at.
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
        // Whether an act whose answer was lost has come true shows when the hosts are looked at again.
        trouble = passing(error, trouble, signal);
      }
    }
    throw new DriverError(
      `Hosts for ${name} are being claimed and released repeatedly by other processes. Try again later.`,
    );
  }

  /** Replaces the record of a server, or removes it. @returns false if it is not what was seen any more */
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
    // Once one is settled, no other host can be that server.
    if (winnerOf(claims)?.record.state !== 'claimed') assertComplete(view, infra, name);
    return { view, claims };
  }

  /** @returns the id of the claim, be it made or not */
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

  /** @returns undefined if somebody else did something meanwhile */
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

/** The first trouble that may pass by itself. @throws all else */
export function passing(
  error: unknown,
  before: DriverError | undefined,
  signal: AbortSignal | undefined,
): DriverError {
  if (before || signal?.aborted || !(error instanceof DriverError) || error.permanent) throw error;
  return error;
}
