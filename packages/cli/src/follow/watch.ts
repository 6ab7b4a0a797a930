import { setTimeout as sleep } from 'node:timers/promises';
import { ProvisioningError, type EventOptions, type ProvisioningClient } from '@provisioning/client';

const FIRST_MS = 300;
/** Looks are counted against the rate limit: less than one a second, however much happens. */
const SHORTEST_MS = 1_000;
const WITHOUT_EVENTS_MS = 1_500;
const WITH_EVENTS_MS = 10_000;

export interface Watched<State> {
  filter: Pick<EventOptions, 'taskId' | 'batchId'>;
  look: () => Promise<State>;
  ended: (state: State) => boolean;
}

/** The state again and again until it has ended: when an event tells of a change, else after a while. */
export async function* watch<State>(
  client: ProvisioningClient,
  { filter, look, ended }: Watched<State>,
  signal: AbortSignal,
): AsyncGenerator<State, void, undefined> {
  const stop = new AbortController();
  const bell = new Bell();
  const listening = listen(client, { ...filter, signal: AbortSignal.any([signal, stop.signal]) }, bell);
  try {
    for (let nth = 0; ; nth += 1) {
      const state = await look();
      yield state;
      if (ended(state)) return;
      await sleep(nth === 0 ? FIRST_MS : SHORTEST_MS, undefined, { signal });
      if (nth > 0) await bell.rings(signal);
    }
  } finally {
    stop.abort();
    await listening;
  }
}

/** Without `/ws` looking alone has to do. */
async function listen(client: ProvisioningClient, options: EventOptions, bell: Bell): Promise<void> {
  try {
    for await (const _event of client.events(options)) bell.ring();
  } catch (error) {
    if (!options.signal?.aborted && !(error instanceof ProvisioningError)) throw error;
  } finally {
    bell.isLive = false;
  }
}

class Bell {
  /** Whether events come at all. */
  isLive = false;
  #rung = false;
  #wake: () => void = () => {};

  ring(): void {
    this.isLive = true;
    this.#rung = true;
    this.#wake();
  }

  async rings(signal: AbortSignal): Promise<void> {
    if (!this.#rung) {
      const wait = this.isLive ? WITH_EVENTS_MS - SHORTEST_MS : WITHOUT_EVENTS_MS - SHORTEST_MS;
      const awake = new AbortController();
      this.#wake = () => awake.abort();
      await sleep(wait, undefined, { signal: AbortSignal.any([signal, awake.signal]) }).catch(() => {});
      signal.throwIfAborted();
    }
    this.#rung = false;
  }
}
