import { DriverError } from '../driver.js';

/** The region and the zone of a server. */
export interface Place {
  region: string;
  /** Null if any zone of the region will do. */
  availabilityZone: string | null;
}

/** @param zone a region, or a zone of one: `eu-central-1`, `eu-central-1a` @throws DriverError */
export function placeOf(zone: string, regions: readonly string[], server: string): Place {
  for (const region of regions) {
    if (zone === region) return { region, availabilityZone: null };
    // A zone has the name of its region and a letter; a local zone has the name of a place in between.
    if (zone.startsWith(region) && /^(-.+)?[a-z]$/.test(zone.slice(region.length))) {
      return { region, availabilityZone: zone };
    }
  }
  throw new DriverError(
    `The zone ${zone} of server ${server} is in none of the configured regions (${regions.join(', ')}). Use a ` +
      `region or an availability zone, like ${regions[0]} or ${regions[0]}a, or add the region to AWS_REGIONS.`,
    { permanent: true },
  );
}
