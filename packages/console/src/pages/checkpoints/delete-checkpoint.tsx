import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import type { CheckpointDetails } from '@provisioning/contracts';
import { client } from '../../api/client.js';
import { useDenials } from '../../api/rights.js';
import { safeText } from '../../format/safe-text.js';
import { ActButton } from '../../ui/act-button.js';
import { ConfirmAct } from '../../ui/confirm-act.js';

export function DeleteCheckpoint({ checkpoint: { id, name } }: { checkpoint: CheckpointDetails }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  return (
    <ConfirmAct
      trigger={
        <ActButton className="danger" denied={useDenials()('delete', 'checkpoints')}>
          Delete
        </ActButton>
      }
      title={`Delete the checkpoint ${safeText(name)}?`}
      confirm="Delete checkpoint"
      dangerous
      act={async () => {
        await client.orchestrator.deleteCheckpoint({ params: { id } });
        await navigate({ to: '/checkpoints', search: {} });
        queries.removeQueries({ queryKey: ['checkpoints', 'detail', id] });
        await queries.invalidateQueries({ queryKey: ['checkpoints'] });
      }}
    >
      <p>
        Nothing can be rolled back to it or restored from it any more. The journal and the infrastructure stay
        as they are. This cannot be undone.
      </p>
    </ConfirmAct>
  );
}
