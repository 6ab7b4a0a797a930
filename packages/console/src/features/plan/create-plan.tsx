import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { PlanRequest } from '@provisioning/contracts';
import { client } from '../../api/client.js';
import { useDenials } from '../../api/rights.js';
import { ActButton } from '../../ui/act-button.js';
import { ErrorNotice } from '../../ui/notices.js';
import { useAct } from '../../ui/use-act.js';

/** A restore asks the providers before the plan is stored. Seconds. */
const PATIENCE = 180;

/** Stores a plan of what is on the page and leads to it. It needs no confirmation: nothing is changed. */
export function CreatePlan({ request, busy = false }: { request: PlanRequest; busy?: boolean }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const denied = useDenials()('create', 'plans');
  const act = useAct();
  const create = () =>
    act.run(async (idempotencyKey) => {
      const options = { idempotencyKey, timeout: PATIENCE };
      const { id } = await client.orchestrator.createPlan({ body: request, ...options });
      await queries.invalidateQueries({ queryKey: ['plans'] });
      await navigate({ to: '/plans/$id', params: { id } });
    });
  return (
    <>
      <ActButton denied={denied} disabled={busy || act.busy} onClick={() => void create()}>
        Create a plan
      </ActButton>
      {act.error !== undefined && <ErrorNotice error={act.error} />}
    </>
  );
}
