import type { BatchPlan } from '@provisioning/contracts';
import { useState } from 'react';
import { client } from '../../api/client.js';
import type { CheckedBatch } from '../../features/compose/check-batch.js';
import { useAct } from '../../ui/use-act.js';

/** The text of the editor. */
export interface Written {
  text: string;
  /** Undefined from an edit until the text has been checked. */
  checked: CheckedBatch | undefined;
}

/** The plan of a batch that is being written, and what makes it. */
export interface BatchPlanning {
  /** The plan of the text as it stands; undefined when the text has been edited since. */
  plan: BatchPlan | undefined;
  /** Why the text as it stands was refused. */
  error: unknown;
  busy: boolean;
  /** Has a text planned if it has no faults. */
  preview(written: Written): Promise<void>;
}

/** Plans the batch on request. The plan holds for exactly the text that it was made of. */
export function useBatchPlan(written: Written | undefined): BatchPlanning {
  const act = useAct();
  const [planned, setPlanned] = useState<{ text: string; plan?: BatchPlan }>();
  const isCurrent = planned !== undefined && planned.text === written?.text;
  const preview = async ({ text, checked }: Written) => {
    const body = checked?.request;
    if (!body) return;
    await act.run(async () => {
      setPlanned({ text });
      setPlanned({ text, plan: await client.orchestrator.planBatch({ body }) });
    });
  };
  return {
    plan: isCurrent ? planned.plan : undefined,
    error: isCurrent ? act.error : undefined,
    busy: act.busy,
    preview,
  };
}
