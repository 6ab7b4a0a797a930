import type { DriverSet } from '../drivers/driver-set.js';
import type { Kind } from '../drivers/resource.js';
import type { Reporter } from '../report/reporter.js';
import type { IntentReport } from '../report/types.js';

/** What an operation works with. */
export interface OperationContext {
  drivers: DriverSet;
  infra: string;
  /** The same for every attempt at this operation. */
  idempotencyKey: string;
  /** Whether this is the first attempt at it: there is nothing to recall. */
  fresh?: boolean;
  /** What it is about: what is recalled. All kinds unless given. */
  kinds?: readonly Kind[] | undefined;
  /** What earlier attempts at it were about to do when they were last heard of. */
  intents?: readonly IntentReport[];
  /** Plans only, and changes nothing. */
  check: boolean;
  /** Aborted: what was begun is finished, the rest is not done. */
  signal: AbortSignal;
  reporter: Pick<Reporter, 'report' | 'intend'>;
  /** Takes a line for people. */
  log: (line: string) => void;
}

/** What came of an operation. */
export type OperationResult =
  | { outcome: 'completed'; message: string }
  /** `permanent`: the same again can only fail again, until somebody has changed something. */
  | { outcome: 'failed'; message: string; permanent: boolean }
  | { outcome: 'cancelled'; message: string };
