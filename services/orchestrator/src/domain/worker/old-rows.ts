import type { MaintenanceStore, OldRows } from './maintenance-store.js';

/** Rows that one statement looks at, at most. */
const STEP_ROWS = 500;
/** Statements for one kind of rows in one run, at most. */
const STEPS = 100;

/** Ages in days. */
export interface RetentionPeriods {
  /** Of logs, events, deliveries and lost workers. */
  retentionDays: number;
  /** Of work that has ended; 0 keeps it permanently. */
  workRetentionDays: number;
}

/** Deletes old rows in bounded runs. A run that does not reach the end of a table continues there in the next run. */
export class OldRowsDeletion {
  readonly #positions = new Map<OldRows, string>();

  constructor(
    private readonly store: Pick<MaintenanceStore, 'deleteOld'>,
    private readonly periods: RetentionPeriods,
    private readonly bounds = { stepRows: STEP_ROWS, steps: STEPS },
  ) {}

  /** Runs a bounded number of statements, one after the other. */
  async run(): Promise<void> {
    for (const [kind, days] of this.#kinds()) {
      let position = this.#positions.get(kind);
      for (let step = 0; step < this.bounds.steps; step += 1) {
        position = await this.store.deleteOld(kind, days, position, this.bounds.stepRows);
        if (position === undefined) break;
      }
      if (position === undefined) this.#positions.delete(kind);
      else this.#positions.set(kind, position);
    }
  }

  /** The journal comes before the batches and tasks that it refers to, and plans after the batches that executed them. */
  #kinds(): [OldRows, number][] {
    const { retentionDays, workRetentionDays } = this.periods;
    const ofWork: [OldRows, number][] =
      workRetentionDays === 0
        ? []
        : (['journal', 'batches', 'tasks', 'plans'] as const).map((kind) => [
            kind,
            // Logs and events are read with their tasks.
            Math.max(workRetentionDays, retentionDays),
          ]);
    return [['idempotency_keys', 1], ['deliveries', retentionDays], ['workers', retentionDays], ...ofWork];
  }
}
