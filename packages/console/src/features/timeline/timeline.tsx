import { useMemo } from 'react';
import type { BatchOperation } from '@provisioning/contracts';
import { duration } from '../../format/time.js';
import { EmptyState } from '../../ui/notices.js';
import { Status, toneOf } from '../../ui/status.js';
import { useClock, useNow } from '../../ui/time.js';
import { useVisibleRows } from '../list/use-visible-rows.js';
import { spansOf, type Span } from './spans.js';
import styles from './timeline.module.css';

const ROW_PX = 30;

interface TimelineProps {
  operations: readonly BatchOperation[];
  /** When the batch was submitted. */
  submitted: string;
  /** Whether time goes on: the batch has not ended, and the page is current. */
  running: boolean;
  selected: string | undefined;
  onSelect(id: string): void;
}

/** When each operation waited and ran. */
export function Timeline({ operations, submitted, running, selected, onSelect }: TimelineProps) {
  const now = useNow(running);
  const clock = useClock();
  const from = Date.parse(submitted);
  const spans = useMemo(() => spansOf(operations, from), [operations, from]);
  const last = spans.reduce((latest, { ended = 0 }) => Math.max(latest, ended), from + 1);
  const to = running ? Math.max(now, last) : last;
  const { box, isWhole, first, end, onScroll } = useVisibleRows(spans.length, ROW_PX);
  if (spans.length === 0) return <EmptyState>No operation of this batch ran.</EmptyState>;
  return (
    <div
      ref={box}
      className={styles['timeline']}
      data-scrolls={!isWhole || undefined}
      onScroll={onScroll}
      tabIndex={isWhole ? undefined : 0}
      role="region"
      aria-label="Timeline"
    >
      <p className={styles['axis']}>
        <span>{clock(submitted)}</span>
        <span>{duration((to - from) / 2)}</span>
        <span>{duration(to - from)}</span>
      </p>
      <ol style={{ paddingTop: first * ROW_PX, paddingBottom: (spans.length - end) * ROW_PX }}>
        {spans.slice(first, end).map((span) => (
          <Row
            key={span.id}
            span={span}
            scale={{ from, to }}
            isSelected={span.id === selected}
            onSelect={onSelect}
          />
        ))}
      </ol>
      <p className={styles['legend']}>
        <span data-kind="waited" /> waited <span data-kind="ran" /> ran <span data-kind="critical" /> decided
        when the batch ended
      </p>
    </div>
  );
}

interface RowProps {
  span: Span;
  scale: { from: number; to: number };
  isSelected: boolean;
  onSelect(id: string): void;
}

function Row({ span, scale, isSelected, onSelect }: RowProps) {
  const { id, status, ready, started, ended, isCritical } = span;
  const share = (time: number) => ((time - scale.from) / (scale.to - scale.from)) * 100;
  // Something that was cancelled before it started never ran.
  const begun = started ?? ended ?? scale.to;
  const stopped = ended ?? scale.to;
  const words =
    started === undefined
      ? `waited ${duration(begun - ready)}`
      : `waited ${duration(begun - ready)}, ran ${duration(stopped - started)}`;
  return (
    <li data-selected={isSelected || undefined} style={{ height: ROW_PX }}>
      <button type="button" className="plain" onClick={() => onSelect(id)}>
        {id}
      </button>
      <Status status={status} />
      <span className={styles['track']} title={words}>
        <span className="visually-hidden">
          {words}
          {isCritical && ', decided when the batch ended'}
        </span>
        <span
          aria-hidden
          className={styles['waited']}
          style={{ left: `${share(ready)}%`, width: `${share(begun) - share(ready)}%` }}
        />
        {started !== undefined && (
          <span
            aria-hidden
            className={styles['ran']}
            data-critical={isCritical || undefined}
            style={{
              left: `${share(started)}%`,
              width: `${share(stopped) - share(started)}%`,
              background: `var(--${toneOf(status)})`,
            }}
          />
        )}
      </span>
    </li>
  );
}
