import type { CutText } from './masking/masker.js';
import type { IntentReport, Report } from '@provisioning/provisioner/report';

/** The work of a running attempt: a command in its own processes, or a call in the driver host. */
export interface Work {
  /** Resolves when it has ended and no process of it is left. */
  readonly ended: Promise<WorkEnd>;
  /** Asks it to end, and ends it after the grace. */
  cancel(graceSeconds: number): void;
  kill(): void;
  /** Whether it has printed more than was read. Cheap: it is asked often. */
  readonly hasOutput: boolean;
  /** The next complete lines of its output, at most one piece; empty if there is nothing new. */
  readLines(): string[];
  /** After its end: the text after the last line break. */
  readRest(): string[];
  /** Its reports since the last call (docs/how-to/report-progress.md); null for a line that is no report. */
  readReports(): (Report | null)[];
  /** Called with the intent of an act; the act starts only if the promise resolves to true. */
  onIntent?: ((intent: IntentReport) => Promise<boolean>) | undefined;
  /** The whole output up to `limit` bytes, otherwise its start and its end. */
  output(limit: number): CutText;
  close(): void;
}

/** How the work ended. */
export interface WorkEnd {
  /** `lost`: its process died, or ended it while this executor was frozen; there is no result. */
  outcome: 'completed' | 'failed' | 'cancelled' | 'lost';
  exitCode: number | null;
  signal: string | null;
  /** False for lost work that never started: it costs its task no attempt. */
  begun?: boolean | undefined;
  /** Why it did not complete, if it reported that itself. */
  error?: string | undefined;
  /** Whether a repetition would fail as well. */
  permanent?: boolean | undefined;
  /** For a reconciliation: whether everything that was wanted exists. */
  satisfied?: boolean | undefined;
  /** The signals that were sent and when, and the processes that were left and ended. */
  evidence: object;
}
