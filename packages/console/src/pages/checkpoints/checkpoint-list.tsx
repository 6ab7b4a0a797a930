import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { Checkpoint } from '@provisioning/contracts';
import { every } from '../../api/request-budget.js';
import { checkpointList } from '../../api/queries/checkpoints.js';
import { ListTable } from '../../features/list/list-table.js';
import { safeText } from '../../format/safe-text.js';
import { IdChip } from '../../ui/id-chip.js';
import { Page } from '../../ui/page.js';
import table from '../../ui/table.module.css';
import { Time } from '../../ui/time.js';
import { CreateCheckpoint } from './create-checkpoint.js';
import { coverageOf } from './coverage.js';

const COLUMNS = [
  { title: 'Name' },
  { title: 'Covers' },
  { title: 'By' },
  { title: 'Created' },
  { title: 'Size', numeric: true },
  { title: 'Id' },
];

export default function CheckpointList() {
  const { page } = useSearch({ from: '/signed-in/checkpoints' });
  const navigate = useNavigate({ from: '/checkpoints' });
  const query = useQuery({
    ...checkpointList({ ...(page === undefined ? {} : { page }) }),
    refetchInterval: every(60_000),
  });
  return (
    <Page title="Checkpoints" actions={<CreateCheckpoint />}>
      <ListTable
        query={query}
        columns={COLUMNS}
        page={page}
        isFiltered={false}
        empty="There is no checkpoint yet. Create one before a risky change, and you can go back to it."
        onPage={(next) => void navigate({ search: next === undefined ? {} : { page: next } })}
        row={(checkpoint) => <Row key={checkpoint.id} checkpoint={checkpoint} />}
      />
    </Page>
  );
}

function Row({ checkpoint }: { checkpoint: Checkpoint }) {
  const { id, name, description, created_by, created_at, size } = checkpoint;
  return (
    <tr>
      <td>
        <Link to="/checkpoints/$id" params={{ id }} className={table['name']}>
          {safeText(name)}
        </Link>
        {description && <p className="muted">{safeText(description)}</p>}
      </td>
      <td>{coverageOf(checkpoint)}</td>
      <td>{created_by}</td>
      <td className={table['narrow']}>
        <Time at={created_at} />
      </td>
      <td data-numeric>{size}</td>
      <td>
        <IdChip id={id} what="checkpoint" />
      </td>
    </tr>
  );
}
