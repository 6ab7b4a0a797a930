import type { ReactNode } from 'react';
import { StatusFilter } from '../../ui/filter-bar.js';
import { Page } from '../../ui/page.js';
import { ListTable, type ListTableProps } from './list-table.js';

interface StatusListProps<Item, Word extends string> extends Omit<ListTableProps<Item>, 'isFiltered'> {
  title: string;
  words: readonly Word[];
  status: Word | undefined;
  /** Beside the heading. */
  actions?: ReactNode;
  onStatus(status: Word | undefined): void;
}

/** A page with one list that can be filtered by status. */
export function StatusList<Item, Word extends string>({
  title,
  words,
  status,
  actions,
  onStatus,
  ...list
}: StatusListProps<Item, Word>) {
  return (
    <Page title={title} actions={actions}>
      <StatusFilter words={words} value={status} onChange={onStatus} />
      <ListTable {...list} isFiltered={status !== undefined} />
    </Page>
  );
}
