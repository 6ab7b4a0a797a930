import { useEffect, useRef } from 'react';

/** How long after `g` its letter may come. */
const SEQUENCE_MS = 1_500;

interface Keys {
  /** Whether keys without Ctrl, Alt or Meta do anything. */
  singleKeys: boolean;
  palette(): void;
  help(): void;
  /** `g`, then a letter. @returns whether the letter leads anywhere */
  go(letter: string): boolean;
}

/** The keys that work on every page. Keys without a modifier do nothing while text is typed or a dialog is open. */
export function useKeys(keys: Keys): void {
  const current = useRef(keys);
  useEffect(() => {
    current.current = keys;
  });
  useEffect(() => {
    let goesUntil = 0;
    const press = (event: KeyboardEvent) => {
      const { key, ctrlKey, metaKey, altKey } = event;
      if ((ctrlKey || metaKey) && key.toLowerCase() === 'k') {
        event.preventDefault();
        return current.current.palette();
      }
      if (ctrlKey || metaKey || altKey || !current.current.singleKeys || isBusy(event.target)) return;
      const follows = event.timeStamp < goesUntil;
      goesUntil = 0;
      if (follows ? current.current.go(key) : pressed(key)) event.preventDefault();
    };
    const pressed = (key: string): boolean => {
      if (key === 'g') goesUntil = performance.now() + SEQUENCE_MS;
      else if (key === '?') current.current.help();
      else if (key === '/') return focusFilter();
      else if (key === 'j' || key === 'k') return moveRow(key === 'j' ? 1 : -1);
      else return false;
      return true;
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
}

function isBusy(target: EventTarget | null): boolean {
  const isTyping =
    target instanceof Element && target.closest('input, textarea, select, [contenteditable]') !== null;
  return isTyping || document.querySelector('[role=dialog], [role=alertdialog], [role=menu]') !== null;
}

function focusFilter(): boolean {
  const field = document.querySelector<HTMLElement>('main input[type=search]');
  field?.focus();
  return field !== null;
}

/** Moves the focus between the rows of the first table: to the link or button that opens the row. */
function moveRow(step: 1 | -1): boolean {
  const openers = [...document.querySelectorAll('main table tbody tr')].flatMap((row) => {
    const opener = row.querySelector<HTMLElement>('a, button');
    return opener ? [{ row, opener }] : [];
  });
  const at = openers.findIndex(({ row }) => row.contains(document.activeElement));
  const next = openers[at < 0 ? (step > 0 ? 0 : openers.length - 1) : at + step];
  next?.opener.focus();
  return next !== undefined;
}
