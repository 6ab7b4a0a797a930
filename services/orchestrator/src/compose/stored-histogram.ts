import { Histogram, type Registry } from 'prom-client';
import type { Durations } from '../domain/state/figures.js';

/** A histogram whose observations are counted elsewhere: read at each scrape, undefined if they cannot be read. */
export class StoredHistogram extends Histogram {
  readonly #metric: { name: string; help: string };

  constructor(
    name: string,
    help: string,
    registry: Registry,
    private readonly read: () => Promise<Durations | undefined>,
  ) {
    super({ name, help, registers: [registry] });
    this.#metric = { name, help };
  }

  override async get(): ReturnType<Histogram['get']> {
    const { name, help } = this.#metric;
    const values = samples(name, await this.read());
    // Safe cast: prom-client exports its types of metrics only as a const enum.
    return { name, help, type: 'histogram' as never, aggregator: 'first', values, collect: () => undefined };
  }

  /** Called by the registry when it writes the text. */
  getForPromString(): ReturnType<Histogram['get']> {
    return this.get();
  }
}

function samples(name: string, durations: Durations | undefined) {
  if (!durations) return [];
  let count = 0;
  const buckets = durations.classes.map(([upTo, n]) => {
    count += n;
    return { metricName: `${name}_bucket`, labels: { le: upTo === Infinity ? '+Inf' : upTo }, value: count };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels: {}, value: durations.seconds },
    { metricName: `${name}_count`, labels: {}, value: count },
  ];
}
