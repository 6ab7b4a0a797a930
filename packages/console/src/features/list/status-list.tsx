import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { PAGE } from '../../api/fetched.js';
import { StatusFilter } from '../../ui/filter-bar.js';
import { EmptyState, ErrorNotice, Skeleton } from '../../ui/notices.js';
import { Page } from '../../ui/page.js';
import { Pager } from '../../ui/pager.js';
import table from '../../ui/table.module.css';

/** The part of a query's result that a list shows; `items` are absent until the first answer. */
interface ListQuery<Item> {
  data: { data: { items: readonly Item[]; total: number } } | undefined;
  error: Error | null;
  isPending: boolean;
  isFetching: boolean;
  refetch(): unknown;
}

/** A column heading; `numeric` columns are aligned to the right. */
interface Column {
  title: string;
  numeric?: boolean;
}

interface StatusListProps<Item, Word extends string> {
  title: string;
  query: ListQuery<Item>;
  words: readonly Word[];
  status: Word | undefined;
  page: number | undefined;
  columns: readonly Column[];
  /** Said in place of an empty table: why it is empty, and what fills it. */
  empty: string;
  onStatus(status: Word | undefined): void;
  /** `page` is undefined for the first one. */
  onPage(page: number | undefined): void;
  row(item: Item): ReactNode;
}

/** A page with one list that can be filtered by status. */
export function StatusList<Item, Word extends string>({
  title,
  query: { data, error, isPending, isFetching, refetch },
  words,
  status,
  page = 1,
  columns,
  empty,
  onStatus,
  onPage,
  row,
}: StatusListProps<Item, Word>) {
  const { items = [], total = 0 } = data?.data ?? {};
  return (
    <Page title={title}>
      <StatusFilter words={words} value={status} onChange={onStatus} />
      {error && <ErrorNotice error={error} retry={() => void refetch()} />}
      {isPending && !error && <Skeleton rows={8} />}
      {data && items.length === 0 && (
        <EmptyState
          action={
            status && (
              <Link to="." search={{}} className="button">
                Clear filters
              </Link>
            )
          }
        >
          {empty}
        </EmptyState>
      )}
      {items.length > 0 && (
        <>
          <div className={table['frame']}>
            <table className={table['table']} aria-busy={isFetching}>
              <thead>
                <tr>
                  {columns.map((column) => (
                    <th key={column.title} scope="col" data-numeric={column.numeric}>
                      {column.title}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>{items.map(row)}</tbody>
            </table>
          </div>
          <Pager
            page={page}
            size={PAGE}
            total={total}
            onChange={(next) => onPage(next > 1 ? next : undefined)}
          />
        </>
      )}
    </Page>
  );
}
