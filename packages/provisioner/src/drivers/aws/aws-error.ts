import { DriverError } from '../driver.js';

/** AWS refused a request or did not answer it. */
export class AwsError extends DriverError {
  /** The error code of AWS, for example `InvalidInstanceID.NotFound`; null if there was no answer. */
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
