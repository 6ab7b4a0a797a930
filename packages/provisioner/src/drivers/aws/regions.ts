import type { AwsConfig } from './config.js';
import { Caller } from './caller.js';
import { clientsFor } from './clients.js';
import { foundIn, inOrder, isLiving, LIVING, type Found } from './found-instance.js';
import type { Pace } from './pace.js';
import { placeOf, type Place } from './place.js';
import { Region } from './region.js';
import type { Filter } from './tags.js';

/** Where servers may be. Each region is a world of its own: what they share is this driver's names. */
export class Regions {
  readonly #regions: ReadonlyMap<string, Region>;

  constructor(
    private readonly config: Pick<AwsConfig, 'credentials' | 'endpoints' | 'regions'>,
    pace: Pace,
  ) {
    this.#regions = new Map(
      config.regions.map((name) => {
        const { ec2, ssm } = clientsFor(name, config, pace);
        return [name, new Region(name, ec2, ssm, new Caller(config, pace))];
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
   * Instances of ours that are there, the oldest first, wherever they are. Fails if one region cannot be asked: a server
   * that is not seen would be made again.
   */
  async find(filters: readonly Filter[], signal?: AbortSignal): Promise<Found[]> {
    const living = { Name: 'instance-state-name', Values: LIVING };
    const found = await Promise.all(
      [...this.#regions.values()].map(async (region) => {
        const instances = await region.instances([...filters, living], signal);
        return instances
          .filter(isLiving)
          .map((instance) => foundIn(instance, region))
          .filter((one) => one !== null);
      }),
    );
    return inOrder(found.flat());
  }
}
