import { setTimeout as sleep } from 'node:timers/promises';
import { ProvisioningError, type EventOptions, type ProvisioningClient } from '@provisioning/client';

const FIRST_MS = 300;
/** Requests count against the rate limit, so there is at most one a second, however many events arrive. */
const SHORTEST_MS = 1_000;
const WITHOUT_EVENTS_MS = 1_500;
const WITH_EVENTS_MS = 10_000;

/** What to watch: the filter of its events, how to read its state and how to recognise that it has ended. */
export interface Watched<State> {
  filter: Pick<EventOptions, 'taskId' | 'batchId'>;
  look: () => Promise<State>;
  ended: (state: State) => boolean;
}

/** Yields the state repeatedly until it has ended: after an event, or periodically if none arrives. */
export async function* watch<State>(
  client: ProvisioningClient,
  { filter, look, ended }: Watched<State>,
  signal: AbortSignal,
): AsyncGenerator<State, void, undefined> {
  const stop = new AbortController();
  const wakeUp = new WakeUp();
  const listening = listen(client, { ...filter, signal: AbortSignal.any([signal, stop.signal]) }, wakeUp);
  try {
    for (let nth = 0; ; nth += 1) {
      const state = await look();
      yield state;
      if (ended(state)) return;
      await sleep(nth === 0 ? FIRST_MS : SHORTEST_MS, undefined, { signal });
      if (nth > 0) await wakeUp.wait(signal);
    }
  } finally {
    stop.abort();
    await listening;
  }
}

/** Without `/ws`, polling alone is used. */
async function listen(client: ProvisioningClient, options: EventOptions, wakeUp: WakeUp): Promise<void> {
  try {
    for await (const _event of client.events(options)) wakeUp.notify();
  } catch (error) {
    if (!options.signal?.aborted && !(error instanceof ProvisioningError)) throw error;
  } finally {
    wakeUp.isLive = false;
  }
}

/** Ends the wait between two polls when an event arrives. */
class WakeUp {
  /** Whether events arrive. */
  isLive = false;
  #notified = false;
  #wake: () => void = () => {};

  notify(): void {
    this.isLive = true;
    this.#notified = true;
    this.#wake();
  }

  async wait(signal: AbortSignal): Promise<void> {
    if (!this.#notified) {
      const milliseconds = this.isLive ? WITH_EVENTS_MS - SHORTEST_MS : WITHOUT_EVENTS_MS - SHORTEST_MS;
      const awake = new AbortController();
      this.#wake = () => awake.abort();
      await sleep(milliseconds, undefined, { signal: AbortSignal.any([signal, awake.signal]) }).catch(
        () => {},
      );
      signal.throwIfAborted();
    }
    this.#notified = false;
  }
}
