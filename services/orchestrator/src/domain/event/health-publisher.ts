import { randomUUID } from 'node:crypto';
import type { HealthBoard } from '../state/health-board.js';
import type { SystemHealth } from '../state/state.js';

const EVERY_MS = 2_000;

/** Tells those who follow events when the health of the whole changes. Every API process has one; one of them tells. */
export class HealthPublisher {
  readonly #teller = randomUUID();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();

  constructor(
    private readonly board: HealthBoard,
    private readonly health: () => Promise<SystemHealth>,
    private readonly log: { debug(message: string, fields?: object): void },
  ) {}

  start(): void {
    const look = () => {
      this.#looking = this.look().catch((error: unknown) => this.log.debug('health was not told', { error }));
    };
    look();
    this.#timer = setInterval(look, EVERY_MS);
  }

  async look(): Promise<void> {
    if (await this.board.isMine(this.#teller)) await this.board.tell(this.#teller, await this.health());
  }

  /** Resolves when nothing is under way. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }
}
