import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import type { CheckpointDetails } from '@provisioning/contracts';
import { ProvisioningError } from '@provisioning/client';
import { checkpointDetail } from '../../api/queries/checkpoints.js';
import { counted } from '../../format/counts.js';
import { safeText } from '../../format/safe-text.js';
import { IdChip, shortId } from '../../ui/id-chip.js';
import { EmptyState, ErrorNotice, Skeleton } from '../../ui/notices.js';
import { Page } from '../../ui/page.js';
import { Fact, FactBar } from '../../ui/facts.js';
import { Time } from '../../ui/time.js';
import { CheckpointDifference } from './checkpoint-difference.js';
import { coverageOf } from './coverage.js';
import { DeleteCheckpoint } from './delete-checkpoint.js';
import { ActLink } from '../../features/rights/act-link.js';

export default function CheckpointPage() {
  const { id } = useParams({ from: '/signed-in/checkpoints/$id' });
  const { data, error, isPending, refetch } = useQuery(checkpointDetail(id));
  if (data) return <CheckpointView checkpoint={data} />;
  const isGone = error instanceof ProvisioningError && error.status === 404;
  return (
    <Page title="Checkpoint" tabTitle={`Checkpoint ${shortId(id)}`}>
      {isPending && !error && <Skeleton rows={4} />}
      {isGone && (
        <EmptyState
          action={
            <Link to="/checkpoints" search={{}}>
              All checkpoints
            </Link>
          }
        >
          There is no checkpoint {id}.
        </EmptyState>
      )}
      {error && !isGone && <ErrorNotice error={error} retry={() => void refetch()} />}
    </Page>
  );
}

function CheckpointView({ checkpoint }: { checkpoint: CheckpointDetails }) {
  const { id, name, description, created_at, created_by, size, operations_count: count } = checkpoint;
  return (
    <Page
      title={safeText(name)}
      tabTitle={`${name} · Checkpoints`}
      aside={<IdChip id={id} what="checkpoint" />}
      actions={
        <>
          <ActLink right={['restore', 'checkpoints']}>
            <Link to="/rollback" search={{ restore: id }} className="button">
              Restore
            </Link>
          </ActLink>
          <ActLink right={['execute', 'rollbacks']}>
            <Link to="/rollback" search={{ checkpoint: id }} className="button danger">
              Roll back
            </Link>
          </ActLink>
          <DeleteCheckpoint checkpoint={checkpoint} />
        </>
      }
    >
      {description && <p>{safeText(description)}</p>}
      <FactBar>
        <Fact name="Covers">{coverageOf(checkpoint)}</Fact>
        <Fact name="Created">
          <Time at={created_at} />
        </Fact>
        {created_by && <Fact name="By">{created_by}</Fact>}
        <Fact name="Size">{size}</Fact>
        <Fact name="Journal until then">{counted(count, 'change')}</Fact>
      </FactBar>
      <p className="muted">
        Roll back undoes the changes since then, the newest first. Restore asks the providers what exists and
        changes that to the state of the checkpoint. Both show their plan first.
      </p>
      <CheckpointDifference id={id} />
    </Page>
  );
}
