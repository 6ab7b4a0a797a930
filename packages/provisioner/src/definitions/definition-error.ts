import { DriverError } from '../drivers/driver.js';
import { describeFault, type Fault } from '../settings/settings-error.js';
import type { Path } from '@provisioning/input';

/** What is wrong, without its place. */
export interface Complaint {
  path: Path;
  /** Whether the fault is the name of the last step, not its value. */
  ofName?: boolean;
  message: string;
}

/** A definition, or another file of this kind, cannot be used. The message lists the faults, one a line: file, line, what is wrong, what to write. */
export class DefinitionError extends DriverError {
  constructor(readonly faults: readonly Fault[]) {
    super(faults.map(describeFault).join('\n'), { permanent: true });
  }
}
