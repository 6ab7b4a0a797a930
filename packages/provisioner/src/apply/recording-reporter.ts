import { DriverError } from '../drivers/driver.js';
import type { Reporter } from '../report/reporter.js';
import type { IntentReport, Report } from '../report/types.js';
import { resourceReport } from './outcome.js';
import { recallChanges, type Recalling } from './recall-changes.js';

/** A reporter that remembers its reports, so that acts without a report can be reported after a failure. */
export class RecordingReporter implements Pick<Reporter, 'report' | 'intend'> {
  readonly #reported = new Set<string>();
  readonly #intents: IntentReport[] = [];

  constructor(private readonly reporter: Pick<Reporter, 'report' | 'intend'>) {}

  report(report: Report): void {
    if (report.type === 'resource') this.#reported.add(keyOf(report));
    this.reporter.report(report);
  }

  intend(intent: IntentReport): Promise<void> {
    this.#intents.push(intent);
    return this.reporter.intend(intent);
  }

  /**
   * For work that failed or was cancelled during an act, or before earlier attempts were recalled: reports every change
   * that was not reported yet. The next attempt asks the providers that do not answer now.
   */
  async reportTheRest(recalling: Recalling): Promise<void> {
    const intents = [...(recalling.intents ?? []), ...this.#intents];
    if (recalling.fresh && intents.length === 0) return;
    try {
      for (const change of await recallChanges({
        ...recalling,
        onSilence: () => {},
        fresh: false,
        intents,
      })) {
        const report = resourceReport(recalling.infra, change);
        if (!this.#reported.has(keyOf(report))) this.report(report);
      }
    } catch (error) {
      if (!(error instanceof DriverError)) throw error;
    }
  }
}

function keyOf({ kind, name, action, before, after }: Extract<Report, { type: 'resource' }>): string {
  return JSON.stringify([kind, name, action, (after ?? before)?.['id']]);
}
