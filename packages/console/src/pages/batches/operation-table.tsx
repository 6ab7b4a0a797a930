import type { BatchOperation } from '@provisioning/contracts';
import { useIsFrozen } from '../../app/live-context.js';
import { safeText } from '../../format/safe-text.js';
import { reasonOf } from '../../format/why.js';
import { useVisibleRows } from '../../features/list/use-visible-rows.js';
import { hasEnded } from '../../live/forward-only.js';
import { EmptyState } from '../../ui/notices.js';
import { Status } from '../../ui/status.js';
import table from '../../ui/table.module.css';
import { Took, useClock } from '../../ui/time.js';
import styles from './batch-page.module.css';

const ROW_PX = 33;

interface OperationTableProps {
  operations: readonly BatchOperation[];
  /** How many there are without the filters. */
  total: number;
  selected: string | undefined;
  onSelect(id: string): void;
}

export function OperationTable({ operations, total, selected, onSelect }: OperationTableProps) {
  const { box, isWhole, first, end, onScroll } = useVisibleRows(operations.length, ROW_PX);
  if (operations.length === 0) return <EmptyState>None of the {total} operations matches.</EmptyState>;
  const rows = operations.slice(first, end);
  return (
    <div
      ref={box}
      className={isWhole ? table['frame'] : styles['scroll']}
      onScroll={onScroll}
      tabIndex={isWhole ? undefined : 0}
      role="region"
      aria-label="Operations"
    >
      <table className={table['table']} aria-rowcount={operations.length + 1}>
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col">Status</th>
            <th scope="col">Operation</th>
            <th scope="col">What</th>
            <th scope="col">Details</th>
            <th scope="col" data-numeric>
              Took
            </th>
          </tr>
        </thead>
        <tbody>
          <Gap rows={first} />
          {rows.map((operation, index) => (
            <Row
              key={operation.id}
              operation={operation}
              index={first + index + 2}
              isWhole={isWhole}
              isSelected={operation.id === selected}
              onSelect={onSelect}
            />
          ))}
          <Gap rows={Math.max(0, operations.length - first - rows.length)} />
        </tbody>
      </table>
    </div>
  );
}

function Gap({ rows }: { rows: number }) {
  return rows === 0 ? null : <tr aria-hidden style={{ height: rows * ROW_PX }} />;
}

interface RowProps {
  operation: BatchOperation;
  index: number;
  isWhole: boolean;
  isSelected: boolean;
  onSelect(id: string): void;
}

function Row({ operation, index, isWhole, isSelected, onSelect }: RowProps) {
  const isFrozen = useIsFrozen();
  const { id, status, kept, type, provider, infra, started_at, completed_at } = operation;
  const what = [type?.replace(/_batch$/, ''), provider, infra].filter(Boolean).join(' · ');
  const sentence = safeText(sentenceOf(operation, useClock()));
  return (
    <tr
      aria-rowindex={index}
      className={isSelected ? styles['chosen'] : undefined}
      style={isWhole ? undefined : { height: ROW_PX }}
    >
      <td>
        <Status status={kept ? 'Kept' : status} />
      </td>
      <td>
        <button type="button" className={styles['open']} onClick={() => onSelect(id)}>
          {id}
        </button>
      </td>
      <td className="muted">{what}</td>
      <td data-wide title={sentence}>
        {isWhole ? sentence : sentence.slice(0, 80)}
      </td>
      <td data-numeric>
        {started_at && (
          <Took from={started_at} to={completed_at ?? null} frozen={isFrozen || hasEnded(status)} />
        )}
      </td>
    </tr>
  );
}

export function sentenceOf(
  { status, error, waiting_for, current_step, results }: BatchOperation,
  clock: (at: string) => string,
): string {
  if (status === 'Failed') return error ?? 'No reason was recorded.';
  if (status === 'Running') return current_step ?? '';
  if (waiting_for) return reasonOf(waiting_for, clock);
  return status === 'Completed' ? (results?.message ?? '') : '';
}
