/** What has to be done now and then for the tables to stay as they are meant. */
export interface MaintenanceStore {
  /** Makes the partitions of the coming days. */
  preparePartitions(): Promise<void>;
  /** Drops logs and snapshots that are older. @returns the names of the partitions that are gone */
  dropOldPartitions(days: number): Promise<string[]>;
  /** Sums up what was counted, and counts what has come to rest. */
  sumTallies(): Promise<void>;
}

const PARTITIONS_EVERY_MS = 3_600_000;
const TALLIES_EVERY_MS = 10_000;

/** Every worker keeps maintenance; Postgres lets one at a time do it. */
export class MaintenanceJobs {
  readonly #timers: NodeJS.Timeout[] = [];

  constructor(
    private readonly maintenance: MaintenanceStore,
    private readonly retentionDays: number,
    private readonly log: {
      info(message: string, fields?: object): void;
      debug(message: string, fields?: object): void;
    },
  ) {}

  start(): void {
    this.#every(PARTITIONS_EVERY_MS, () => this.maintenance.preparePartitions());
    this.#every(PARTITIONS_EVERY_MS, async () => {
      const dropped = await this.maintenance.dropOldPartitions(this.retentionDays);
      if (dropped.length > 0)
        this.log.info('old logs and snapshots were dropped', { days: this.retentionDays, dropped });
    });
    this.#every(TALLIES_EVERY_MS, () => this.maintenance.sumTallies());
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  #every(ms: number, act: () => Promise<void>): void {
    const attempt = () =>
      void act().catch((error: unknown) => this.log.debug('housekeeping failed', { error }));
    attempt();
    this.#timers.push(setInterval(attempt, ms));
  }
}
