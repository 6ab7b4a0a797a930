import { randomUUID } from 'node:crypto';
import type { HealthBoard } from '../state/health-board.js';
import type { SystemHealth } from '../state/state.js';

/** Publishes an event when the health of the platform changes. Of all API processes, one at a time publishes. */
export class HealthPublisher {
  readonly #id = randomUUID();

  constructor(
    private readonly board: HealthBoard,
    private readonly health: () => Promise<SystemHealth>,
  ) {}

  /** Checks the health where it is this process's turn, and publishes it if it has changed. */
  async publish(): Promise<void> {
    if (await this.board.isPublisher(this.#id)) await this.board.publish(this.#id, await this.health());
  }
}
