interface PagerProps {
  page: number;
  size: number;
  total: number;
  /** The words for the earlier and the later page. */
  words?: readonly [earlier: string, later: string] | undefined;
  onChange(page: number): void;
}

/** Which part of a list is shown, and the way to the others. */
export function Pager({
  page,
  size,
  total,
  words: [earlier, later] = ['Newer', 'Older'],
  onChange,
}: PagerProps) {
  const first = (page - 1) * size + 1;
  const last = Math.min(total, page * size);
  return (
    <nav aria-label="Pages" className="row">
      <span className="muted">
        {total === 0
          ? 'None'
          : `${first.toLocaleString()}–${last.toLocaleString()} of ${total.toLocaleString()}`}
      </span>
      {(page > 1 || total > size) && (
        <>
          <button type="button" disabled={page <= 1} onClick={() => onChange(page - 1)}>
            {earlier}
          </button>
          <button type="button" disabled={last >= total} onClick={() => onChange(page + 1)}>
            {later}
          </button>
        </>
      )}
    </nav>
  );
}
