import { useSyncExternalStore } from 'react';

/** What a person prefers, kept by the browser. */
export interface Preferences {
  theme: 'system' | 'light' | 'dark';
  density: 'compact' | 'comfortable';
  /** The zone in which times are shown. */
  zone: 'local' | 'utc';
  /** Whether keys without Ctrl, Alt or Meta do anything (WCAG 2.1.4). */
  singleKeys: boolean;
}

const KEY = 'provisioning-preferences';
const DEFAULTS: Preferences = { theme: 'system', density: 'compact', zone: 'local', singleKeys: true };
const listeners = new Set<() => void>();
let current = read();

function read(): Preferences {
  try {
    // Safe cast: this module stored them; absent members have defaults.
    return { ...DEFAULTS, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Preferences>) };
  } catch {
    return DEFAULTS;
  }
}

/** How this browser shows the console; nothing secret, and nothing about what is shown. */
export function usePreferences(): Preferences {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
}

/** Changes preferences, and keeps them in this browser. */
export function prefer(change: Partial<Preferences>): void {
  current = { ...current, ...change };
  try {
    localStorage.setItem(KEY, JSON.stringify(current));
  } catch {
    // Without storage it holds for as long as the page is open.
  }
  const { dataset } = document.documentElement;
  const { theme, density } = current;
  if (theme === 'system') delete dataset['theme'];
  else dataset['theme'] = theme;
  dataset['density'] = density;
  for (const listener of listeners) listener();
}
