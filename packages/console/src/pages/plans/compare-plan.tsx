import { useState } from 'react';
import type { PlanDiff } from '@provisioning/contracts';
import { client } from '../../api/client.js';
import { ErrorNotice } from '../../ui/notices.js';
import { useAct } from '../../ui/use-act.js';
import { MovedInputs } from './moved-inputs.js';

/** Plans again on request, and shows what has moved since the plan was made. The plan stays as it is. */
export function ComparePlan({ id }: { id: string }) {
  const compare = useAct();
  const [diff, setDiff] = useState<PlanDiff>();
  const run = () =>
    compare.run(async () => {
      setDiff(undefined);
      setDiff(await client.orchestrator.diffPlan({ params: { id } }));
    });
  return (
    <section aria-label="Comparison" className="stack">
      <div className="row">
        <button type="button" disabled={compare.busy} onClick={() => void run()}>
          {compare.busy ? 'Planning again…' : 'Compare with now'}
        </button>
        <span role="status">{diff?.equal && 'Nothing has moved: the plan still applies.'}</span>
      </div>
      {compare.error !== undefined && <ErrorNotice error={compare.error} />}
      {diff && !diff.equal && <MovedInputs moved={diff.moved} />}
    </section>
  );
}
