import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { Drift } from '@provisioning/contracts';
import { driftOf } from '../../api/queries/inventory.js';
import { safeText } from '../../format/safe-text.js';
import { counted } from '../../format/counts.js';
import { AttributeDiff } from '../../ui/attributes.js';
import { FilterBar, TextFilter } from '../../ui/filters.js';
import { EmptyState, ErrorNotice, Skeleton } from '../../ui/notices.js';
import { Page } from '../../ui/page.js';
import { Status } from '../../ui/status.js';
import { Time } from '../../ui/time.js';
import styles from './drift-page.module.css';

const MEANINGS = {
  missing: 'It is in the inventory, but the provider does not have it.',
  changed: 'Its attributes differ from those in the inventory.',
  unmanaged: 'The provider has it, but it is not in the inventory.',
  unknown: 'The provider could not be queried.',
} as const;

export default function DriftPage() {
  const { infra } = useSearch({ from: '/signed-in/drift' });
  const navigate = useNavigate({ from: '/drift' });
  const { data, error, isFetching, refetch } = useQuery(driftOf(infra));
  return (
    <Page
      title="Drift"
      actions={
        <button type="button" className="primary" disabled={isFetching} onClick={() => void refetch()}>
          {isFetching ? 'Checking' : 'Check now'}
        </button>
      }
    >
      <p className="muted">
        Compares the inventory with what the providers have. A check starts a read-only task on a worker.
      </p>
      <FilterBar>
        <TextFilter
          label="Infra"
          value={infra}
          placeholder="All infras"
          onChange={(next) => void navigate({ search: next === undefined ? {} : { infra: next } })}
        />
      </FilterBar>
      {error && <ErrorNotice error={error} retry={() => void refetch()} />}
      {isFetching && !data && <Skeleton rows={4} />}
      {!data && !error && !isFetching && <EmptyState>Nothing has been checked yet on this page.</EmptyState>}
      {data && <Result drift={data} />}
    </Page>
  );
}

function Result({ drift: { checked_at, in_sync, resources_checked, differences } }: { drift: Drift }) {
  const resources = counted(resources_checked, 'resource');
  return (
    <section aria-label="Result" className="stack">
      <h2>
        {in_sync
          ? `No drift: ${resources} checked`
          : `${counted(differences.length, 'difference')} in ${resources}`}{' '}
        <span className={styles['at']}>
          at <Time at={checked_at} />
        </span>
      </h2>
      {differences.length > 0 && (
        <ul className={styles['list']}>
          {differences.map((difference) => (
            <Difference
              key={`${difference.infra}/${difference.kind}/${difference.name}`}
              difference={difference}
            />
          ))}
        </ul>
      )}
    </section>
  );
}

function Difference({ difference }: { difference: Drift['differences'][number] }) {
  const { kind, infra, name, drift, expected, actual, reason } = difference;
  return (
    <li>
      <p className="row">
        <Status status={drift} />
        <span>
          {kind}{' '}
          <Link to="/inventory/$infra/$kind/$name" params={{ infra, kind, name }}>
            <strong>{safeText(name)}</strong>
          </Link>{' '}
          <span className="muted">{infra}</span>
        </span>
      </p>
      <p>{reason === undefined ? MEANINGS[drift] : safeText(reason)}</p>
      {(expected ?? actual) && (
        <AttributeDiff before={expected} after={actual} words={['Inventory', 'Provider']} />
      )}
    </li>
  );
}
