import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { PAGE } from '../../api/fetched.js';
import { Loaded } from '../../ui/loaded.js';
import { EmptyState } from '../../ui/notices.js';
import { Pager } from '../../ui/pager.js';
import table from '../../ui/table.module.css';
import styles from './list-table.module.css';
import { useSteadyRows } from './use-steady-rows.js';

const NONE: readonly never[] = [];

/** The part of a query's result that a list shows; `items` are absent until the first answer. */
interface ListQuery<Item> {
  data: { data: { items: readonly Item[]; total: number } } | undefined;
  error: Error | null;
  isFetching: boolean;
  refetch(): unknown;
}

/** A column heading; `numeric` columns are aligned to the right. */
interface Column {
  title: string;
  numeric?: boolean;
  /** Shown to screen readers only. */
  hidden?: boolean;
}

export interface ListTableProps<Item> {
  query: ListQuery<Item>;
  page: number | undefined;
  columns: readonly Column[];
  /** Shown in place of an empty table: why it is empty, and what fills it. */
  empty: string;
  /** Whether filters apply; an empty list then offers to clear them. */
  isFiltered: boolean;
  /** Shown in place of an empty table without filters. */
  emptyAction?: ReactNode;
  /** The words for the earlier and the later page. Default: `Newer`, `Older`. */
  pagerWords?: readonly [earlier: string, later: string];
  /** `page` is undefined for the first one. */
  onPage(page: number | undefined): void;
  /** Where given, new items wait behind a button while the list is being looked at. */
  idOf?: (item: Item) => string;
  /** Names the list: another one, such as after a change of the filters, is shown at once. */
  list?: string;
  row(item: Item): ReactNode;
}

/** One page of a list as a table. */
export function ListTable<Item>({
  query,
  page = 1,
  columns,
  empty,
  isFiltered,
  emptyAction,
  pagerWords,
  onPage,
  idOf,
  list = '',
  row,
}: ListTableProps<Item>) {
  const { data, isFetching } = query;
  const { items = NONE, total = 0 } = data?.data ?? {};
  const { box, rows, waiting, show } = useSteadyRows<Item>(items, idOf, `${list} ${page}`);
  const clear = (
    <Link to="." search={{}} className="button">
      Clear filters
    </Link>
  );
  return (
    <>
      <Loaded query={query} rows={8} />
      {data && items.length === 0 && (
        <EmptyState action={isFiltered ? clear : emptyAction}>{empty}</EmptyState>
      )}
      {items.length > 0 && (
        <>
          {waiting > 0 && (
            <button type="button" className={styles['new']} onClick={show}>
              {waiting.toLocaleString()} new, show
            </button>
          )}
          <div ref={box} className={table['frame']}>
            <table className={table['table']} aria-busy={isFetching}>
              <Head columns={columns} />
              <tbody>{rows.map(row)}</tbody>
            </table>
          </div>
          <Pager
            page={page}
            size={PAGE}
            total={total}
            words={pagerWords}
            onChange={(next) => onPage(next > 1 ? next : undefined)}
          />
        </>
      )}
    </>
  );
}

function Head({ columns }: { columns: readonly Column[] }) {
  return (
    <thead>
      <tr>
        {columns.map(({ title, numeric, hidden }) => (
          <th key={title} scope="col" data-numeric={numeric}>
            {hidden ? <span className="visually-hidden">{title}</span> : title}
          </th>
        ))}
      </tr>
    </thead>
  );
}
