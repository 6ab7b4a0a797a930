import type { ChangeReport } from './change-report.js';
import { serversOf } from './resource-body.js';

/** What an undo operation changes. */
interface Work {
  infra: string;
  changes: readonly Pick<ChangeReport, 'kind' | 'name' | 'before' | 'after'>[];
}

/**
 * Finds the dependencies between undo operations: each depends on the last earlier one that uses the same server or the
 * same resource. Independent operations go on when another one is refused.
 * @param works in the order in which they are to run
 * @returns for each work, the positions of the works that it depends on, in ascending order
 */
export function dependenciesOf(works: readonly Work[]): number[][] {
  const last = new Map<string, number>();
  return works.map((work, position) => {
    const dependencies = new Set<number>();
    for (const place of placesOf(work)) {
      const earlier = last.get(place);
      if (earlier !== undefined) dependencies.add(earlier);
      last.set(place, position);
    }
    return [...dependencies].sort((one, other) => one - other);
  });
}

/** The servers that a work uses, and its resources that are on no server. */
function placesOf({ infra, changes }: Work): Set<string> {
  const places = changes.flatMap(({ kind, name, before, after }) => {
    if (kind === 'server') return [`server ${name}`];
    const servers = [before, after].flatMap((body) => serversOf({ kind, name, body }));
    return [
      ...(kind === 'taskserv' ? [] : [`${kind} ${name}`]),
      ...servers.map((server) => `server ${server}`),
    ];
  });
  return new Set(places.map((place) => JSON.stringify([infra, place])));
}
