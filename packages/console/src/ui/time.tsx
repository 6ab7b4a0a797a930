import { useSyncExternalStore } from 'react';
import { clockTime, duration } from '../format/time.js';
import { usePreferences } from './preferences.js';

/** Writes a time in the zone that the user prefers, for where no element can stand. */
export function useClock(): (at: string) => string {
  const { zone } = usePreferences();
  return (at) => clockTime(at, new Date(), zone);
}

/** A time in the zone that the user prefers; the tooltip has it in UTC. */
export function Time({ at }: { at: string }) {
  const clock = useClock();
  return (
    <time dateTime={at} title={new Date(at).toISOString()}>
      {clock(at)}
    </time>
  );
}

/** How long something took, or has been taking. It stands still while `frozen`: the page may not be current. */
export function Took({ from, to, frozen = false }: { from: string; to: string | null; frozen?: boolean }) {
  const now = useNow(to === null && !frozen);
  return <>{duration((to === null ? now : Date.parse(to)) - Date.parse(from))}</>;
}

/** One clock for the whole page. */
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

function follow(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, 1_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

const still = () => () => undefined;

/** The time of now in milliseconds, every second while `running`. */
export function useNow(running: boolean): number {
  return useSyncExternalStore(running ? follow : still, () => now);
}
