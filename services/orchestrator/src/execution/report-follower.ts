import type { PlannedReport, Report, ResourceReport } from '@provisioning/provisioner/report';
import type { ClaimedTask, JournalRecord, StepProgress } from '../domain/worker/ledger.js';
import { journalRecord } from './journal-record.js';
import { refusalOf } from './report-scope.js';

const MAX_RESOURCES = 10_000;
/** Further refusals are only counted. */
const MAX_NOTES = 20;

/** What a program has reported so far (docs/how-to/report-progress.md). */
export class ReportFollower {
  readonly #resources: ResourceReport[] = [];
  #resourcesLeftOut = 0;
  /** What a run in check mode would change. */
  readonly #plannedChanges: Omit<PlannedReport, 'type'>[] = [];
  #refused = 0;
  #refusal: string | undefined;
  /** Lines for the task's log. */
  readonly #notes: string[] = [];
  #ignoredLines = 0;
  #total = 0;
  #done = 0;
  #current: string | null = null;
  #result: { message: string; data: unknown } | undefined;
  error: string | undefined;
  /** The number of acts that a run in check mode would do; undefined if it does not report it. */
  planned: number | undefined;

  constructor(private readonly task: Pick<ClaimedTask, 'infra' | 'checkMode'>) {}

  /** @returns whether the progress changed, and the reported changes without refused ones */
  read(reports: readonly (Report | null)[]): { progressed: boolean; changes: JournalRecord[] } {
    let progressed = false;
    const changes: JournalRecord[] = [];
    for (const report of reports) {
      const refusal = refusalOf(report, this.task);
      if (refusal !== undefined) {
        this.#refuse(refusal);
        continue;
      }
      // In check mode existing things are shown and not recorded: the task holds no lock.
      const record = this.task.checkMode ? null : journalRecord(report);
      if (record) changes.push(record);
      switch (report?.type) {
        case undefined:
          this.#ignoredLines++;
          break;
        case 'plan':
          this.#total = report.steps;
          progressed = true;
          break;
        case 'step':
          if (report.state === 'started') this.#current = report.name;
          else if (report.state !== 'failed') this.#done++;
          this.#total = Math.max(this.#total, report.total ?? 0, this.#done);
          progressed = true;
          break;
        case 'planned': {
          const { type: _type, ...change } = report;
          if (this.task.checkMode && this.#plannedChanges.length < MAX_RESOURCES)
            this.#plannedChanges.push(change);
          break;
        }
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
    return { progressed, changes };
  }

  /** Why the task has failed although its work completed: a sentence; undefined if nothing was refused. */
  get refusal(): string | undefined {
    return this.#refusal;
  }

  /** The new lines for the task's log since the last call. */
  readNotes(): string[] {
    return this.#notes.splice(0);
  }

  get progress(): StepProgress {
    return { totalSteps: this.#total, doneSteps: this.#done, currentStep: this.#current };
  }

  /** The data that is stored with the task's result. */
  get data(): object {
    return {
      ...(this.#result ? { result: this.#result } : {}),
      resources: this.#resources,
      // A program that does not say what it would change has not said that it would change nothing.
      ...(this.#plannedChanges.length > 0 || (this.task.checkMode && this.planned === 0)
        ? { planned: this.#plannedChanges }
        : {}),
      ...(this.#resourcesLeftOut > 0 ? { resources_left_out: this.#resourcesLeftOut } : {}),
      ...(this.#refused > 0 ? { refused_reports: this.#refused } : {}),
      ...(this.#ignoredLines > 0 ? { ignored_report_lines: this.#ignoredLines } : {}),
    };
  }

  #refuse(why: string): void {
    this.#refused++;
    this.#refusal ??= `What it reported was refused: ${why}. Nothing of that is recorded.`;
    if (this.#refused <= MAX_NOTES)
      this.#notes.push(`A report was refused: ${why}. Nothing of it is recorded.`);
    if (this.#refused === MAX_NOTES) this.#notes.push('Further refused reports are counted only.');
  }
}

/** `{"planned": {"create": 1, "destroy": 0}}` → 1 */
function plannedActs(data: unknown): number | undefined {
  const planned = typeof data === 'object' && data !== null && 'planned' in data ? data.planned : undefined;
  if (typeof planned !== 'object' || planned === null) return undefined;
  const counts: unknown[] = Object.values(planned);
  return counts.reduce<number>((sum, count) => sum + (typeof count === 'number' ? count : 0), 0);
}
