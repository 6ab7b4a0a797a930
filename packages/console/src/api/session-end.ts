import { useSyncExternalStore } from 'react';

let ended = false;
const listeners = new Set<() => void>();

function set(value: boolean): void {
  ended = value;
  for (const listener of listeners) listener();
}

/** A call was refused because the session has ended: the page stays and shows a sign-in dialog over itself. */
export const sessionEnded = (): void => set(true);
export const sessionBegan = (): void => set(false);

export function useSessionEnded(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => ended,
  );
}
