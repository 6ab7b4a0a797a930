import type { Instance } from '@aws-sdk/client-ec2';
import { DriverError } from '../driver.js';
import { pollUntil, type Polling } from '../poll-until.js';
import { isRefusal } from './aws-error.js';
import { explainState, isByHand } from './explain-state.js';
import { foundIn, isLiving, type Found } from './found-instance.js';
import type { Pace } from './pace.js';
import type { About, Region } from './region.js';

/** Waits for states of instances: polls, takes the next step, and polls again. A wait ends when the signal is aborted. */
export class Waits {
  constructor(readonly pace: Pace) {}

  /** {@link pollUntil} with the driver's intervals. */
  until<T>(read: () => Promise<T | undefined>, wait: Omit<Polling, 'pollMs'>): Promise<T> {
    return pollUntil(read, { ...wait, pollMs: this.pace.pollMs });
  }

  /** A new instance becomes visible after a while, and so do its tags. Also returns one that was terminated meanwhile. */
  shown(region: Region, id: string, about: About): Promise<Found | Instance> {
    return this.until(
      async () => {
        const instance = await region.instance(id, about);
        if (!instance) return undefined;
        return isLiving(instance) ? (foundIn(instance, region) ?? undefined) : instance;
      },
      {
        withinMs: this.pace.visibleMs,
        late: () =>
          new DriverError(
            `AWS has created server ${about.name} as ${id} in ${region.name} but does not list it. Check the EC2 ` +
              'console and run the command again; it continues from there.',
          ),
        signal: about.signal,
      },
    );
  }

  /**
   * An instance that must exist. Null if it was made long ago and is gone: EC2 does not show a new one everywhere at once.
   */
  async known(region: Region, id: string, madeAt: string, about: About): Promise<Instance | null> {
    const instance = await region.instance(id, about);
    const young = Date.now() - Date.parse(madeAt) < YOUNG_MS;
    if (instance || !young) return instance;
    return this.until(async () => (await region.instance(id, about)) ?? undefined, {
      withinMs: this.pace.visibleMs,
      late: () => new Missing(),
      signal: about.signal,
    }).catch((error: unknown) => {
      if (error instanceof Missing) return null;
      throw error;
    });
  }

  /** Waits until it is in a stable state. @throws DriverError if it is terminated meanwhile */
  settled(region: Region, id: string, about: About): Promise<Found> {
    return this.until(
      async () => {
        const found = await this.#there(region, id, about);
        const state = found?.instance.State?.Name;
        return state === 'pending' || state === 'stopping' ? undefined : found;
      },
      {
        withinMs: this.pace.runningMs,
        late: () => tooLong(about, 'starting or stopping', this.pace.runningMs),
        signal: about.signal,
      },
    );
  }

  async stopped(region: Region, id: string, about: About): Promise<void> {
    let asked = false;
    await this.until(
      async () => {
        const found = await this.#there(region, id, about);
        const state = found?.instance.State?.Name;
        if (state === 'running' && !asked) {
          await region.stop(id, about);
          asked = true;
        }
        return state === 'stopped' ? found : undefined;
      },
      {
        withinMs: this.pace.stoppedMs,
        late: () => tooLong(about, 'stopping', this.pace.stoppedMs),
        signal: about.signal,
      },
    );
  }

  async running(region: Region, id: string, about: About): Promise<void> {
    let asked = false;
    await this.until(
      async () => {
        const found = await this.#there(region, id, about);
        const { State, StateReason } = found?.instance ?? {};
        // It was started, and EC2 had no capacity or could not read its volume.
        if (asked && State?.Name === 'stopped' && StateReason?.Code?.startsWith('Server.')) {
          throw explainState(about.name, id, StateReason);
        }
        if (State?.Name === 'stopped') {
          await region.start(id, about);
          asked = true;
        }
        return State?.Name === 'running' ? found : undefined;
      },
      {
        withinMs: this.pace.runningMs,
        late: () => tooLong(about, 'starting', this.pace.runningMs),
        signal: about.signal,
      },
    );
  }

  /** Terminates it in any state. @returns false if it was gone already */
  async gone(region: Region, id: string, about: About): Promise<boolean> {
    let asked = false;
    return this.until(
      async () => {
        const instance = await region.instance(id, about);
        // It may exist although it is not visible.
        if (!asked && (!instance || isLiving(instance))) {
          asked = await terminated(region, id, about);
          return asked ? undefined : false;
        }
        return !instance || instance.State?.Name === 'terminated' ? asked : undefined;
      },
      {
        withinMs: this.pace.goneMs,
        late: () => tooLong(about, 'being destroyed', this.pace.goneMs),
        signal: about.signal,
      },
    );
  }

  /** Grows a volume, which stays in use meanwhile. */
  async grown(region: Region, volume: string, gigabytes: number, about: About): Promise<void> {
    let asked = false;
    await this.until(
      async () => {
        const last = await region.modification(volume, about);
        const underWay = last?.TargetSize === gigabytes && last.ModificationState !== 'failed';
        if (underWay) return last.ModificationState === 'modifying' ? undefined : true;
        if (!asked) await region.growVolume(volume, gigabytes, about);
        asked = true;
        return undefined;
      },
      {
        withinMs: this.pace.grownMs,
        late: () => tooLong(about, 'growing its volume', this.pace.grownMs),
      },
    );
  }

  /** Undefined if it is not visible at the moment. */
  async #there(region: Region, id: string, about: About): Promise<Found | undefined> {
    const instance = await region.instance(id, about);
    if (!instance) return undefined;
    if (!isLiving(instance)) {
      const { StateReason: reason } = instance;
      throw isByHand(reason) ? gone(about.name) : explainState(about.name, id, reason);
    }
    const found = foundIn(instance, region);
    if (found) return found;
    throw new DriverError(
      `The tags of server ${about.name} (${id}) at AWS were removed, so this program no longer changes it. Restore ` +
        'the tags, or terminate the instance in the EC2 console.',
      { permanent: true },
    );
  }
}

const YOUNG_MS = 300_000;

class Missing extends Error {}

/** @returns false if EC2 does not know it */
async function terminated(region: Region, id: string, about: About): Promise<boolean> {
  try {
    await region.terminate(id, about);
    return true;
  } catch (error) {
    if (isRefusal(error, 'InvalidInstanceID.NotFound')) return false;
    throw error;
  }
}

/** The error for a server that no longer exists. */
export function gone(name: string): DriverError {
  return new DriverError(
    `Server ${name} was destroyed or replaced by another process in the meantime. Run the command again.`,
  );
}

function tooLong({ name }: About, what: string, ms: number): DriverError {
  return new DriverError(
    `Server ${name} at AWS is still ${what} after ${Math.round(ms / 60_000)} minutes. Check it in the EC2 console ` +
      'and run the command again; it continues from there.',
  );
}
