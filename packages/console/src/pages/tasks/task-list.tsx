import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { Task } from '@provisioning/contracts';
import { TASK_KINDS, TASK_STATUSES } from '@provisioning/contracts/statuses';
import { useState } from 'react';
import { taskList } from '../../api/queries/tasks.js';
import { useFallbackInterval, useIsFrozen } from '../../app/live-context.js';
import { whyOf } from '../../format/why.js';
import { useLiveTask } from '../../live/use-live.js';
import type { TaskFilters } from '../../paths.js';
import { StatusList } from '../../features/list/status-list.js';
import { DateFilter, FilterBar, SelectFilter, TextFilter } from '../../ui/filters.js';
import { IdChip, shortId } from '../../ui/id-chip.js';
import { Status } from '../../ui/status.js';
import table from '../../ui/table.module.css';
import { Time, Took, useClock } from '../../ui/time.js';
import { BulkActs } from './bulk-acts.js';

const COLUMNS = [
  { title: 'Select', hidden: true },
  { title: 'Status' },
  { title: 'Name' },
  { title: 'What it does' },
  { title: 'Submitted' },
  { title: 'Took', numeric: true },
  { title: 'Id' },
];

export default function TaskList() {
  const filters = useSearch({ from: '/signed-in/tasks' });
  const navigate = useNavigate({ from: '/tasks' });
  const query = useQuery({
    ...taskList(filters),
    refetchInterval: useFallbackInterval(15_000),
  });
  const { page: _page, ...filter } = filters;
  const { selected, toggle, clear } = useSelection(JSON.stringify(filters));
  const items = query.data?.data.items ?? [];
  const isFiltered = Object.keys(filter).length > 0;
  const change: Change = (next) => void navigate({ search: (now) => ({ ...now, page: undefined, ...next }) });
  return (
    <StatusList
      title="Tasks"
      actions={
        <Link to="/submit" search={{}} className="button primary">
          Submit
        </Link>
      }
      query={query}
      words={TASK_STATUSES}
      status={filters.status}
      page={filters.page}
      columns={COLUMNS}
      isFiltered={isFiltered}
      filters={
        <>
          <Filters filters={filters} change={change} />
          <BulkActs tasks={items.filter(({ id }) => selected.has(id))} clear={clear} />
        </>
      }
      idOf={({ id }) => id}
      list={JSON.stringify(filter)}
      empty={emptyOf(filters, isFiltered)}
      onStatus={(status) => change({ status })}
      onPage={(page) => void navigate({ search: (now) => ({ ...now, page }) })}
      row={(task) => (
        <Row
          key={task.id}
          // Safe cast: lists of tasks contain what the row shows.
          task={task as Task}
          requestedAt={query.data?.requestedAt ?? 0}
          isSelected={selected.has(task.id)}
          onSelect={() => toggle(task.id)}
        />
      )}
    />
  );
}

const NONE: ReadonlySet<string> = new Set();

/** The ids that are selected in a list. Another list starts without any. */
function useSelection(list: string) {
  const [selection, setSelection] = useState({ list, ids: NONE });
  const selected = selection.list === list ? selection.ids : NONE;
  const toggle = (id: string) => {
    const ids = new Set(selected);
    if (!ids.delete(id)) ids.add(id);
    setSelection({ list, ids });
  };
  return { selected, toggle, clear: () => setSelection({ list, ids: NONE }) };
}

type Change = (next: { [Name in keyof TaskFilters]: TaskFilters[Name] | undefined }) => void;

function Filters({ filters, change }: { filters: TaskFilters; change: Change }) {
  const { q, kind, infra, by, from, to } = filters;
  return (
    <FilterBar>
      <TextFilter label="Find" placeholder="Name or id" value={q} onChange={(next) => change({ q: next })} />
      <SelectFilter
        label="Kind"
        any="Any kind"
        words={TASK_KINDS}
        value={kind}
        onChange={(next) => change({ kind: next })}
      />
      <TextFilter label="Infra" value={infra} onChange={(next) => change({ infra: next })} />
      <TextFilter label="By" value={by} onChange={(next) => change({ by: next })} />
      <DateFilter label="From" value={from} onChange={(next) => change({ from: next })} />
      <DateFilter label="To" value={to} onChange={(next) => change({ to: next })} />
    </FilterBar>
  );
}

function emptyOf({ status, page: _page, ...others }: TaskFilters, isFiltered: boolean): string {
  if (!isFiltered) return 'No task has been submitted yet. What you submit appears here.';
  const [word, ...more] = status ?? [];
  if (word !== undefined && more.length === 0 && Object.keys(others).length === 0)
    return `No task is ${word.toLowerCase()}.`;
  return 'No task matches these filters.';
}

interface RowProps {
  task: Task;
  requestedAt: number;
  isSelected: boolean;
  onSelect(): void;
}

function Row({ task: fetched, requestedAt, isSelected, onSelect }: RowProps) {
  const task = useLiveTask(fetched, requestedAt);
  const isFrozen = useIsFrozen();
  const clock = useClock();
  return (
    <tr>
      <td>
        <input
          type="checkbox"
          aria-label={`Select ${task.name} ${shortId(task.id)}`}
          checked={isSelected}
          onChange={onSelect}
        />
      </td>
      <td>
        <Status status={task.status} />
      </td>
      <td>
        <Link to="/tasks/$id" params={{ id: task.id }} className={table['name']}>
          {task.operation ?? task.name}
        </Link>
        {task.infra && <span className="muted"> {task.infra}</span>}
      </td>
      <td data-wide>{sentenceOf(task, clock)}</td>
      <td className={table['narrow']}>
        <Time at={task.created_at} />
      </td>
      <td data-numeric>
        {task.started_at && (
          <Took
            from={task.started_at}
            to={task.completed_at}
            frozen={isFrozen || task.status !== 'Running'}
          />
        )}
      </td>
      <td>
        <IdChip id={task.id} what="task" />
      </td>
    </tr>
  );
}

/** Of what went as it should, the command says most. */
function sentenceOf(task: Task, clock: (at: string) => string) {
  if (task.status === 'Failed' || task.progress?.current_step || task.waiting_for) return whyOf(task, clock);
  return <span className="mono muted">{[task.command.split('/').at(-1), ...task.args].join(' ')}</span>;
}
