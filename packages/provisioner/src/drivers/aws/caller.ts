import pLimit from 'p-limit';
import type { AwsConfig } from './config.js';
import { explainError } from './explain-error.js';
import type { Pace } from './pace.js';

// Per region: the driver may wait for hundreds of servers at once, and EC2 allows 20 requests a second.
const REQUESTS_AT_ONCE = 16;

/** Makes calls through the SDK, which repeats what can be repeated. Each call has a deadline and plain error messages. */
export class Caller {
  readonly #limit = pLimit(REQUESTS_AT_ONCE);
  readonly #secrets: readonly string[];

  constructor(
    { credentials: { secretAccessKey, sessionToken } }: Pick<AwsConfig, 'credentials'>,
    private readonly pace: Pick<Pace, 'callMs'>,
  ) {
    this.#secrets = [secretAccessKey, ...(sessionToken ? [sessionToken] : [])];
  }

  /**
   * @param act the action in messages, as in "AWS did not …": `create server web-01`
   * @throws AwsError, or the reason of the signal
   */
  call<T>(
    act: string,
    send: (options: { abortSignal: AbortSignal }) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    return this.#limit(async () => {
      signal?.throwIfAborted();
      const tooLong = AbortSignal.timeout(this.pace.callMs);
      const abortSignal = signal ? AbortSignal.any([signal, tooLong]) : tooLong;
      try {
        return await send({ abortSignal });
      } catch (error) {
        signal?.throwIfAborted();
        throw explainError(act, error, this.#secrets);
      }
    });
  }
}
