import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { every } from '../../api/request-budget.js';
import { PAGE } from '../../api/fetched.js';
import { journalList } from '../../api/queries/inventory.js';
import { JournalTable } from '../../features/journal/journal-table.js';
import { RESOURCE_KINDS, type JournalFilters } from '../../paths-infra.js';
import { FilterBar, SelectFilter, TextFilter } from '../../ui/filters.js';
import { Loaded } from '../../ui/loaded.js';
import { EmptyState } from '../../ui/notices.js';
import { Page } from '../../ui/page.js';
import { Pager } from '../../ui/pager.js';
import { ActLink } from '../../features/rights/act-link.js';
import { counted } from '../../format/counts.js';

type ChangedFilters = { [Name in keyof JournalFilters]: JournalFilters[Name] | undefined };

export default function JournalPage() {
  const filters = useSearch({ from: '/signed-in/journal' });
  const navigate = useNavigate({ from: '/journal' });
  const [tasks, setTasks] = useState<ReadonlySet<string>>(new Set());
  const query = useQuery({
    ...journalList(filters),
    refetchInterval: every(15_000),
  });
  const { data, isFetching } = query;
  const { page = 1, ...filter } = filters;
  const isFiltered = Object.values(filter).some((value) => value !== undefined);
  const { items = [], total = 0 } = data?.data ?? {};
  const toggle = (task: string) => {
    const next = new Set(tasks);
    if (!next.delete(task)) next.add(task);
    setTasks(next);
  };
  return (
    <Page title="Journal" actions={<RollBack tasks={tasks} clear={() => setTasks(new Set())} />}>
      <Filters />
      <Loaded query={query} rows={8} />
      {data && items.length === 0 && (
        <EmptyState
          action={
            isFiltered && (
              <Link to="." search={{}} className="button">
                Clear filters
              </Link>
            )
          }
        >
          {isFiltered
            ? 'No change matches these filters.'
            : 'Nothing has been changed yet. Each change to the infrastructure is recorded here.'}
        </EmptyState>
      )}
      {items.length > 0 && (
        <>
          <JournalTable entries={items} busy={isFetching} selection={{ tasks, onToggle: toggle }} />
          <Pager
            page={page}
            size={PAGE}
            total={total}
            onChange={(next) =>
              void navigate({ search: (now) => ({ ...now, page: next > 1 ? next : undefined }) })
            }
          />
        </>
      )}
    </Page>
  );
}

function Filters() {
  const { infra, kind, name, task, batch } = useSearch({ from: '/signed-in/journal' });
  const navigate = useNavigate({ from: '/journal' });
  const change = (next: ChangedFilters) =>
    void navigate({ search: (now) => ({ ...now, page: undefined, ...next }) });
  return (
    <FilterBar>
      <TextFilter label="Infra" value={infra} onChange={(next) => change({ infra: next })} />
      <SelectFilter
        label="Kind"
        any="Any kind"
        words={RESOURCE_KINDS}
        value={kind}
        onChange={(next) => change({ kind: next })}
      />
      <TextFilter label="Name" value={name} onChange={(next) => change({ name: next })} />
      <TextFilter label="Task" value={task} placeholder="Id" onChange={(next) => change({ task: next })} />
      <TextFilter label="Batch" value={batch} placeholder="Id" onChange={(next) => change({ batch: next })} />
    </FilterBar>
  );
}

function RollBack({ tasks, clear }: { tasks: ReadonlySet<string>; clear(): void }) {
  if (tasks.size === 0)
    return <span className="muted">Select changes to roll back the operations that made them.</span>;
  return (
    <>
      <button type="button" className="plain" onClick={clear}>
        Clear selection
      </button>
      <ActLink right={['execute', 'rollbacks']}>
        <Link to="/rollback" search={{ operations: [...tasks].join(',') }} className="button danger">
          Roll back {counted(tasks.size, 'operation')}
        </Link>
      </ActLink>
    </>
  );
}
