import { DriverError } from '../driver.js';

/** AWS did not do what was asked, or did not say that it did. */
export class AwsError extends DriverError {
  /** AWS's own, e.g. `InvalidInstanceID.NotFound`; null where there was no answer. */
  readonly code: string | null;

  constructor(
    message: string,
    { code, permanent, cause }: ErrorOptions & { code: string | null; permanent: boolean },
  ) {
    super(message, { permanent, cause });
    this.code = code;
  }
}

/** Whether AWS refused with one of those codes. */
export function isRefusal(error: unknown, ...codes: readonly string[]): error is AwsError {
  return error instanceof AwsError && error.code !== null && codes.includes(error.code);
}
