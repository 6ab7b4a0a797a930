import type { Report, ResourceReport } from '@provisioning/provisioner/report';
import type { StepProgress } from '../domain/worker/ledger.js';

const MAX_RESOURCES = 10_000;

/** What a program has reported so far (docs/how-to/report-progress.md). */
export class ReportFollower {
  readonly #resources: ResourceReport[] = [];
  #resourcesLeftOut = 0;
  #ignoredLines = 0;
  #total = 0;
  #done = 0;
  #current: string | null = null;
  #result: { message: string; data: unknown } | undefined;
  error: string | undefined;
  /** What a run in check mode would do: the number of acts; undefined when it does not say. */
  planned: number | undefined;

  /** @returns whether the progress changed. */
  read(reports: readonly (Report | null)[]): boolean {
    let changed = false;
    for (const report of reports) {
      switch (report?.type) {
        case undefined:
          this.#ignoredLines++;
          break;
        case 'plan':
          this.#total = report.steps;
          changed = true;
          break;
        case 'step':
          if (report.state === 'started') this.#current = report.name;
          else if (report.state !== 'failed') this.#done++;
          this.#total = Math.max(this.#total, report.total ?? 0, this.#done);
          changed = true;
          break;
        case 'resource':
          if (this.#resources.length < MAX_RESOURCES) this.#resources.push(report);
          else this.#resourcesLeftOut++;
          break;
        case 'result':
          this.#result = { message: report.message, data: report.data };
          this.planned = plannedActs(report.data);
          break;
        case 'error':
          this.error = report.message;
          break;
      }
    }
    return changed;
  }

  get progress(): StepProgress {
    return { totalSteps: this.#total, doneSteps: this.#done, currentStep: this.#current };
  }

  /** The data kept with the task's result. */
  get data(): object {
    return {
      ...(this.#result ? { result: this.#result } : {}),
      resources: this.#resources,
      ...(this.#resourcesLeftOut > 0 ? { resources_left_out: this.#resourcesLeftOut } : {}),
      ...(this.#ignoredLines > 0 ? { ignored_report_lines: this.#ignoredLines } : {}),
    };
  }
}

/** `{"planned": {"create": 1, "destroy": 0}}` → 1 */
function plannedActs(data: unknown): number | undefined {
  const planned = typeof data === 'object' && data !== null && 'planned' in data ? data.planned : undefined;
  if (typeof planned !== 'object' || planned === null) return undefined;
  const counts: unknown[] = Object.values(planned);
  return counts.reduce<number>((sum, count) => sum + (typeof count === 'number' ? count : 0), 0);
}
