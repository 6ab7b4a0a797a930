import { useSyncExternalStore } from 'react';

let isAvailable = true;
const listeners = new Set<() => void>();

/** Notes whether the control center answered. */
export function noteControlCenter(answered: boolean): void {
  if (answered === isAvailable) return;
  isAvailable = answered;
  for (const listener of listeners) listener();
}

/** Whether the last call of the control center was answered. */
export function useControlCenterAvailable(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => isAvailable,
  );
}
