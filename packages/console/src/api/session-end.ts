import { useSyncExternalStore } from 'react';

let ended = false;
const listeners = new Set<() => void>();
let waiting: (() => void)[] = [];

function set(value: boolean): void {
  ended = value;
  for (const listener of listeners) listener();
}

/**
 * A call was refused because the session has ended: the page stays and shows a sign-in dialog over itself.
 * @returns a promise that is kept once the user has signed in again
 */
export function untilSessionBegan(): Promise<void> {
  set(true);
  return new Promise((resolve) => waiting.push(resolve));
}

/** Repeats the requests that waited for the next sign-in. */
export function sessionBegan(): void {
  const calls = waiting;
  waiting = [];
  set(false);
  for (const call of calls) call();
}

/** The user has signed out: what waited for a new session is dropped. */
export function sessionDropped(): void {
  waiting = [];
  set(false);
}

/** Whether the session has ended under an open page, which then asks for the password. */
export function useSessionEnded(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => ended,
  );
}
