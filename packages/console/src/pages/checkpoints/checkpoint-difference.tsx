import { useQuery } from '@tanstack/react-query';
import { checkpointDifference } from '../../api/queries/checkpoints.js';
import { PlanDiff } from '../../features/plan/plan-diff.js';
import { Loaded } from '../../ui/loaded.js';
import { Time } from '../../ui/time.js';

/** What has changed in the inventory since a checkpoint. */
export function CheckpointDifference({ id }: { id: string }) {
  const query = useQuery(checkpointDifference(id));
  const { data } = query;
  return (
    <>
      <h2>
        Changes since then
        {data && (
          <span className="muted">
            {' '}
            as of <Time at={data.as_of} />
          </span>
        )}
      </h2>
      <Loaded query={query} rows={3} />
      {data && (
        <PlanDiff
          plan={data}
          label="Changes since then"
          empty="The inventory is what it was at the checkpoint."
        />
      )}
    </>
  );
}
