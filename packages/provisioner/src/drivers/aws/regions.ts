import { once } from 'node:events';
import { setImmediate as endOfTurn } from 'node:timers/promises';
import type { AwsConfig } from './config.js';
import { Caller } from './caller.js';
import { clientsFor } from './clients.js';
import { foundIn, inOrder, isLiving, LIVING, type Found } from './found-instance.js';
import type { Pace } from './pace.js';
import { placeOf, type Place } from './place.js';
import { Region } from './region.js';
import { filtersFor } from './tags.js';

// EC2 takes 200 values of a filter.
const MAX_NAMES = 100;

/** All regions in which servers may be. EC2 handles each region separately; the names of servers are unique across all. */
export class Regions {
  readonly #regions: ReadonlyMap<string, Region>;
  /** The questions that were not sent yet, by infra. */
  readonly #questions = new Map<string, Question>();

  constructor(
    private readonly config: Pick<AwsConfig, 'credentials' | 'endpoints' | 'regions'>,
    pace: Pace,
  ) {
    this.#regions = new Map(
      config.regions.map((name) => {
        return [name, new Region(name, clientsFor(name, config, pace), new Caller(config, pace))];
      }),
    );
  }

  /** @throws DriverError if the zone is in none of the regions */
  placeOf(zone: string, server: string): Place & { at: Region } {
    const place = placeOf(zone, this.config.regions, server);
    const at = this.#regions.get(place.region);
    if (!at) throw new Error(`There is no client for ${place.region}`);
    return { ...place, at };
  }

  /**
   * The existing instances of an infra in all regions, the oldest first. Calls of the same turn of the event loop share one
   * request to each region. Fails if one region does not answer, because a server that is not found would be made again.
   * @param name only those of that server
   */
  async find(infra: string, name?: string, signal?: AbortSignal): Promise<Found[]> {
    signal?.throwIfAborted();
    const question = this.#questions.get(infra) ?? this.#begin(infra);
    question.names.add(name);
    const found = await unlessAborted(question.answer, signal);
    return name === undefined ? found : found.filter(({ remembered }) => remembered.name === name);
  }

  #begin(infra: string): Question {
    const names = new Set<string | undefined>();
    const answer = endOfTurn().then(() => {
      this.#questions.delete(infra);
      return this.#ask(infra, names);
    });
    // All callers may have been aborted.
    answer.catch(() => {});
    const question = { names, answer };
    this.#questions.set(infra, question);
    return question;
  }

  async #ask(infra: string, names: ReadonlySet<string | undefined>): Promise<Found[]> {
    const named = [...names].filter((name) => name !== undefined);
    const some = named.length === names.size && named.length <= MAX_NAMES ? named : undefined;
    const filters = [...filtersFor(infra, some), { Name: 'instance-state-name', Values: LIVING }];
    const found = await Promise.all(
      [...this.#regions.values()].map(async (region) => {
        const instances = await region.instances(filters);
        return instances
          .filter(isLiving)
          .map((instance) => foundIn(instance, region))
          .filter((one) => one !== null);
      }),
    );
    return inOrder(found.flat());
  }
}

/** A request that is going to be sent to all regions. */
interface Question {
  /** Undefined stands for all servers. */
  names: Set<string | undefined>;
  answer: Promise<Found[]>;
}

async function unlessAborted<T>(answer: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return answer;
  const settled = new AbortController();
  try {
    const aborted = once(signal, 'abort', { signal: settled.signal });
    await Promise.race([answer, aborted]);
    signal.throwIfAborted();
    return await answer;
  } finally {
    settled.abort();
  }
}
