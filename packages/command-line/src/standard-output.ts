import type { Writable } from 'node:stream';
import { codeOf, systemErrorSentence } from './system-error.js';

/** Why a part of the output was not written. The message is a sentence for people. */
export class OutputFailure extends Error {
  override readonly name = 'OutputFailure';

  /** @param isReaderGone whether the reader has closed the pipe (`| head`): it needs no more, which is not a failure */
  constructor(
    cause: unknown,
    readonly isReaderGone: boolean,
  ) {
    super(systemErrorSentence('The output', 'written', cause), { cause });
  }
}

/**
 * Watches the two output streams of a command. Without it a failed write is noticed only by the stream's `error`
 * event, after the command may have ended with 0.
 */
export class StandardOutput {
  #failure: OutputFailure | undefined;

  /**
   * @param onFailure called once, at the first failure. A closed reader of `stderr` is not a failure: the result is on the
   * other stream.
   */
  constructor(
    private readonly stdout: Writable,
    private readonly stderr: Writable,
    private readonly onFailure: (failure: OutputFailure) => void = () => {},
  ) {
    stdout.on('error', (error) => this.#note(new OutputFailure(error, codeOf(error) === 'EPIPE')));
    stderr.on('error', (error) => {
      if (codeOf(error) !== 'EPIPE') this.#note(new OutputFailure(error, false));
    });
  }

  /** Waits until everything was written or cannot be. @returns the first failure */
  async settle(): Promise<OutputFailure | undefined> {
    await Promise.all([this.stdout, this.stderr].map(flushed));
    return this.#failure;
  }

  #note(failure: OutputFailure): void {
    if (this.#failure) return;
    this.#failure = failure;
    this.onFailure(failure);
  }
}

/** A write is answered after those before it. A stream that has failed answers no write. */
async function flushed(stream: Writable): Promise<void> {
  if (stream.errored || stream.destroyed) return;
  await new Promise<void>((resolve) => {
    stream.once('error', () => resolve());
    stream.write('', () => resolve());
  });
  // The `error` event follows the answer to the write that failed.
  await new Promise<void>((resolve) => setImmediate(resolve));
}
