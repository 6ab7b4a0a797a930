import { DriverError } from '../drivers/driver.js';
import { describeFault, type Fault } from '../settings/settings-error.js';
import type { Path } from '../source/located.js';

/** What is wrong, without its place. */
export interface Complaint {
  path: Path;
  message: string;
}

/** A definition, or another file of this kind, cannot be used. The message lists the faults, one a line: file, line, what is wrong, what to write. */
export class DefinitionError extends DriverError {
  constructor(readonly faults: readonly Fault[]) {
    super(faults.map(shown).join('\n'), { permanent: true });
  }
}

/** The parser of TOML keeps columns of syntax errors only. */
function shown(fault: Fault): string {
  const { file, line, column, message } = fault;
  return line !== undefined && column === undefined ? `${file}:${line}: ${message}` : describeFault(fault);
}
