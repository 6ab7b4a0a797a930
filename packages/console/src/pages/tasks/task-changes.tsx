import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Plan } from '@provisioning/contracts';
import { journalList } from '../../api/queries/inventory.js';
import { JournalTable } from '../../features/journal/journal-table.js';
import { PlanDiff } from '../../features/plan/plan-diff.js';
import { EmptyState, ErrorNotice, Skeleton } from '../../ui/notices.js';

/** What a preview found that would be changed. */
export function TaskPlan({ plan }: { plan: Plan }) {
  return <PlanDiff plan={plan} empty="Nothing would be changed." />;
}

/** What a task changed, from the journal. */
export function TaskChanges({ id }: { id: string }) {
  const { data, error, isPending, refetch } = useQuery(journalList({ task: id }));
  if (isPending) return <Skeleton rows={4} />;
  if (error) return <ErrorNotice error={error} retry={() => void refetch()} />;
  const { items, total } = data.data;
  if (items.length === 0) return <EmptyState>This task has changed nothing.</EmptyState>;
  return (
    <div className="stack">
      <JournalTable entries={items} />
      {total > items.length && (
        <Link to="/journal" search={{ task: id }}>
          All {total.toLocaleString()} changes in the journal
        </Link>
      )}
    </div>
  );
}
