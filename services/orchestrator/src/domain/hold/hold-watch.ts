import { Failure } from '@provisioning/errors';
import type { HoldStore, RestoreHold } from './hold.js';

/** Knows whether work is held, and notices a database that was restored. */
export class HoldWatch {
  #hold: RestoreHold | undefined;

  constructor(
    private readonly store: Pick<HoldStore, 'checkDatabase' | 'read'>,
    private readonly log: { warn(message: string): void; error(message: string, fields?: object): void },
  ) {}

  /** Compares the database with the one that was recorded, once at the start of a process. */
  async start(): Promise<void> {
    if ((await this.store.checkDatabase()) === 'other_timeline') {
      this.log.warn(
        'the database is on another timeline: after a recovery to a point in time, run provctl admin restored',
      );
    }
    await this.look();
  }

  /** Reads the hold. @throws the error of Postgres */
  async look(): Promise<void> {
    let state = await this.store.read();
    if (!state.known) {
      await this.store.checkDatabase();
      state = await this.store.read();
    }
    const { hold } = state;
    if (hold && hold.since.getTime() !== this.#hold?.since.getTime())
      this.log.error('all work is held until it is released with provctl admin release', {
        reason: hold.reason,
      });
    this.#hold = hold;
  }

  /**
   * @param infra of the change; undefined where it is not limited to one
   * @throws Failure `unavailable` (`restored_hold`) while changes are refused
   */
  refuseIfHeld(infra: string | undefined): void {
    const hold = this.#hold;
    if (!hold || (infra !== undefined && hold.released.includes(infra))) return;
    throw new Failure(
      'unavailable',
      `Changes are refused since ${hold.since.toISOString()}. ${hold.reason} Check the infras with GET /state/drift, then release them with POST /state/hold/release or provctl admin release.`,
      { code: 'restored_hold' },
    );
  }
}
