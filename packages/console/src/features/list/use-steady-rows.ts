import { useLayoutEffect, useRef, useState, type RefObject } from 'react';
import { merge } from './merge-rows.js';

/** Rows that do not move under the pointer. */
export interface SteadyRows<Item> {
  box: RefObject<HTMLDivElement | null>;
  rows: readonly Item[];
  /** How many new items wait to be shown. */
  waiting: number;
  show(): void;
}

/**
 * Keeps the rows of a list where they are while the list is hovered, focused or scrolled; what they say is updated in place.
 * @param idOf absent: the rows always follow the items
 * @param list another list, such as another page, is shown at once
 */
export function useSteadyRows<Item>(
  items: readonly Item[],
  idOf: ((item: Item) => string) | undefined,
  list: string,
): SteadyRows<Item> {
  const box = useRef<HTMLDivElement>(null);
  const of = useRef(list);
  const [rows, setRows] = useState(items);
  const [waiting, setWaiting] = useState(0);
  useLayoutEffect(() => {
    const merged =
      idOf === undefined || of.current !== list || !isHeld(box.current)
        ? undefined
        : merge(rows, items, idOf);
    of.current = list;
    setRows(merged?.rows ?? items);
    setWaiting(merged?.waiting ?? 0);
    // Only new items change the rows.
  }, [items, list]);
  const show = () => {
    setRows(items);
    setWaiting(0);
  };
  return { box, rows: idOf === undefined ? items : rows, waiting, show };
}

function isHeld(element: HTMLElement | null): boolean {
  if (!element) return false;
  return (
    element.matches(':hover') ||
    element.contains(document.activeElement) ||
    element.getBoundingClientRect().top < 0
  );
}
