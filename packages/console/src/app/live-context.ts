import { createContext, useContext } from 'react';
import { every } from '../api/request-budget.js';
import type { ConnectionState } from '../live/connection.js';

/** Whether what is shown is current; timers stand still while it is not. */
export const LiveContext = createContext<ConnectionState>('connecting');

export const useIsFrozen = (): boolean => useContext(LiveContext) === 'reconnecting';

/** How often a list is fetched again where no events come: never while they do. */
export function useFallbackInterval(milliseconds: number): (() => number) | false {
  const state = useContext(LiveContext);
  return state === 'off' ? every(milliseconds) : false;
}
