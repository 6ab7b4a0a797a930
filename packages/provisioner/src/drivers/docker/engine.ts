import { errorOf } from '@provisioning/errors';
import { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import Docker from 'dockerode';
import { DriverError } from '../driver.js';
import type { DockerConfig } from './config.js';
import { explain, isPassing, statusOf } from './engine-error.js';
import type { Pace } from './pace.js';

interface About {
  /** What could not be done if it fails, e.g. "Server web-01 cannot be made". */
  what: string;
  signal?: AbortSignal | undefined;
}

/** A Docker engine. Requests have a deadline, are repeated while the engine is busy, and have plain error messages. */
export class Engine {
  readonly docker: Docker;
  readonly address: string;

  constructor(
    readonly config: DockerConfig,
    readonly pace: Pace,
  ) {
    this.docker = new Docker(config.connection);
    this.address = config.address;
  }

  /** @throws DriverError; AbortError if the signal is aborted during the wait for the next attempt */
  async ask<T>(
    request: (docker: Docker) => Promise<T>,
    { what, signal }: About,
    within = this.pace.answerMs,
  ): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      signal?.throwIfAborted();
      try {
        return await this.#deadline(request(this.docker), what, within);
      } catch (error) {
        if (attempt >= this.pace.attempts || !isPassing(error)) throw explain(error, what, this.address);
        const wait = this.pace.backoffMs * 2 ** (attempt - 1) * (0.5 + Math.random());
        await sleep(wait, undefined, { signal });
      }
    }
  }

  /** The same for something that may not exist. */
  async find<T>(request: (docker: Docker) => Promise<T>, about: About): Promise<T | null> {
    return this.ask<T | null>(
      (docker) =>
        request(docker).catch((error: unknown) =>
          statusOf(error) === 404 ? null : Promise.reject(errorOf(error)),
        ),
      about,
    );
  }

  /** The same for something that may be done already. @returns false if it was */
  async unless(
    status: number,
    request: (docker: Docker) => Promise<unknown>,
    about: About,
  ): Promise<boolean> {
    return this.ask(
      (docker) =>
        request(docker).then(
          () => true,
          (error: unknown) => (statusOf(error) === status ? false : Promise.reject(errorOf(error))),
        ),
      about,
    );
  }

  /** Pulls an image unless the engine has it. */
  async pull(image: string, about: About): Promise<void> {
    if (await this.find((docker) => docker.getImage(image).inspect(), about)) return;
    await this.ask(
      async (docker) => {
        const progress: NodeJS.ReadableStream = await docker.pull(image);
        await new Promise<void>((resolve, reject) =>
          docker.modem.followProgress(progress, (error) => (error ? reject(error) : resolve())),
        );
      },
      { ...about, what: `${about.what}, since its image ${image} cannot be pulled` },
      this.pace.pullMs,
    );
  }

  async #deadline<T>(answer: Promise<T>, what: string, within: number): Promise<T> {
    const patience = new AbortController();
    let isLate = false;
    const late = sleep(within, undefined, { signal: patience.signal }).then(() => {
      isLate = true;
      throw new DriverError(
        `${what}: the Docker engine at ${this.address} has not responded for ${Math.round(within / 1000)} s. Try again later.`,
      );
    });
    try {
      return await Promise.race([answer, late]);
    } finally {
      patience.abort();
      late.catch(() => undefined);
      answer.then(
        // No caller waits for this channel any more. Its command would wait for input without end.
        (value) => void (isLate && value instanceof Duplex && value.destroy()),
        () => undefined,
      );
    }
  }
}
