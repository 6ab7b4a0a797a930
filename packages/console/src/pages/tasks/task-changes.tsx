import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Plan } from '@provisioning/contracts';
import { journalList } from '../../api/queries/inventory.js';
import { JournalTable } from '../../features/journal/journal-table.js';
import { PlanDiff } from '../../features/plan/plan-diff.js';
import { Loaded } from '../../ui/loaded.js';
import { EmptyState } from '../../ui/notices.js';

/** What a preview found that would be changed. */
export function TaskPlan({ plan }: { plan: Plan }) {
  return <PlanDiff plan={plan} empty="Nothing would be changed." />;
}

/** What a task changed, from the journal. */
export function TaskChanges({ id }: { id: string }) {
  const query = useQuery(journalList({ task: id }));
  const { data } = query;
  if (!data) return <Loaded query={query} rows={4} />;
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
