import { useRef, useState, type RefObject } from 'react';

/** Up to here all rows are rendered; above, only those that are visible. */
const MOST_WHOLE = 300;
const OVERSCAN = 15;

/** The part of a long list that is rendered. */
export interface VisibleRows {
  box: RefObject<HTMLDivElement | null>;
  /** Whether all rows are rendered. */
  isWhole: boolean;
  /** The rows from `first` to before `end` are rendered. */
  first: number;
  end: number;
  /** For the element of `box`, which must scroll unless `isWhole`. */
  onScroll: (() => void) | undefined;
}

/** Which rows of a long list to render. @param rowPx the height of every row */
export function useVisibleRows(count: number, rowPx: number): VisibleRows {
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 900 });
  const isWhole = count <= MOST_WHOLE;
  if (isWhole) return { box, isWhole, first: 0, end: count, onScroll: undefined };
  const onScroll = () => {
    const element = box.current;
    if (element) setView({ top: element.scrollTop, height: element.clientHeight });
  };
  return {
    box,
    isWhole,
    first: Math.max(0, Math.min(count, Math.floor(view.top / rowPx)) - OVERSCAN),
    end: Math.min(count, Math.ceil((view.top + view.height) / rowPx) + OVERSCAN),
    onScroll,
  };
}
