import type { Actor } from '../audit/actor.js';
import type { HoldWatch } from './hold-watch.js';
import type { HeldWork, HoldStore, Released, ReleaseAction, RestoreHold } from './hold.js';

const REPORTED = 'A user reported that the database was restored from a backup.';

/** Holds work after a restore, and releases it. */
export class HoldService {
  constructor(
    private readonly store: HoldStore,
    private readonly watch: Pick<HoldWatch, 'look'>,
  ) {}

  async find(): Promise<{ hold: RestoreHold | undefined; work: HeldWork[] }> {
    const [{ hold }, work] = await Promise.all([this.store.read(), this.store.heldWork()]);
    return { hold, work };
  }

  async hold(reason: string | undefined, by: Actor): Promise<void> {
    await this.store.hold(reason ?? REPORTED, by);
    await this.watch.look();
  }

  /** @param infras undefined stands for all, and ends the hold */
  async release(infras: readonly string[] | undefined, action: ReleaseAction, by: Actor): Promise<Released> {
    const released = await this.store.release(infras, action, by);
    await this.watch.look();
    return released;
  }
}
