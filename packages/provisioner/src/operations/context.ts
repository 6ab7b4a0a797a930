import type { DriverSet } from '../drivers/driver-set.js';
import type { Kind } from '../drivers/resource.js';
import type { Reporter } from '../report/reporter.js';
import type { IntentReport } from '../report/types.js';

/** What an operation needs to run. */
export interface OperationContext {
  drivers: DriverSet;
  infra: string;
  /** The same for every attempt at this operation. */
  idempotencyKey: string;
  /** Whether this is the first attempt, so that there is nothing to recall. */
  fresh?: boolean;
  /** The kinds that the operation is about, which limit the recall; all kinds by default. */
  kinds?: readonly Kind[] | undefined;
  /** The intents that earlier attempts stored. */
  intents?: readonly IntentReport[];
  /** Plan only, without any change. */
  check: boolean;
  /** When it is aborted, started acts are finished and others do not start. */
  signal: AbortSignal;
  reporter: Pick<Reporter, 'report' | 'intend'>;
  /** Receives a line of text for people. */
  log: (line: string) => void;
}

/** The result of an operation. */
export type OperationResult =
  | { outcome: 'completed'; message: string }
  /** `permanent`: a repetition fails in the same way until something is changed. */
  | { outcome: 'failed'; message: string; permanent: boolean }
  | { outcome: 'cancelled'; message: string };
