import type { ReactNode } from 'react';
import { StatusFilter } from '../../ui/filter-bar.js';
import { Page } from '../../ui/page.js';
import { ListTable, type ListTableProps } from './list-table.js';

interface StatusListProps<Item, Word extends string> extends ListTableProps<Item> {
  title: string;
  words: readonly Word[];
  status: readonly Word[] | undefined;
  /** Beside the heading. */
  actions?: ReactNode;
  /** The other filters. */
  filters: ReactNode;
  onStatus(status: Word[] | undefined): void;
}

/** A page with one list that can be filtered by status and more. */
export function StatusList<Item, Word extends string>({
  title,
  words,
  status = [],
  actions,
  filters,
  onStatus,
  ...list
}: StatusListProps<Item, Word>) {
  return (
    <Page title={title} actions={actions}>
      {filters}
      <StatusFilter words={words} value={status} onChange={onStatus} />
      <ListTable {...list} />
    </Page>
  );
}
