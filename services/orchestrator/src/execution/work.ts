import type { CutText } from './masking/masker.js';
import type { IntentReport, Report } from '@provisioning/provisioner/report';

/** What an attempt is made of while it runs: a command in processes of its own, or a call in the driver host. */
export interface Work {
  /** Resolves when it has ended and nothing of it is left. */
  readonly ended: Promise<WorkEnd>;
  /** Asks it to end, and ends it after the grace. */
  cancel(graceSeconds: number): void;
  kill(): void;
  /** The next whole lines of what it printed, a piece at most; none when there is nothing new. */
  readLines(): string[];
  /** After its end: what follows the last newline. */
  readRest(): string[];
  /** What it reported since the last time (docs/how-to/report-progress.md); null for what was no report. */
  readReports(): (Report | null)[];
  /** Called with what is about to be done; the act begins when the promise resolves to true, and never otherwise. */
  onIntent?: ((intent: IntentReport) => Promise<boolean>) | undefined;
  /** All that it printed, up to `limit` bytes, else its beginning and its end. */
  output(limit: number): CutText;
  close(): void;
}

export interface WorkEnd {
  /** `lost`: who carried it out died, or ended it while we were frozen; there is no result. */
  outcome: 'completed' | 'failed' | 'cancelled' | 'lost';
  exitCode: number | null;
  signal: string | null;
  /** False of a lost one that never began: it costs its task no attempt. */
  begun?: boolean | undefined;
  /** Why it did not complete, where it says so itself. */
  error?: string | undefined;
  /** Doing it again would not help. */
  permanent?: boolean | undefined;
  /** Of a reconciliation: whether what was wanted is there. */
  satisfied?: boolean | undefined;
  /** Signals sent and when, what was left and ended. */
  evidence: object;
}
