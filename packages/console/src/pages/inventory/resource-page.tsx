import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import type { Resource } from '@provisioning/contracts';
import { journalList, resourceDetail, type ResourceKey } from '../../api/queries/inventory.js';
import { JournalTable } from '../../features/journal/journal-table.js';
import { safeText } from '../../format/safe-text.js';
import { RESOURCE_KINDS } from '../../paths-infra.js';
import { oneOf } from '../../search-values.js';
import { AttributeList } from '../../ui/attributes.js';
import { shortId } from '../../ui/id-chip.js';
import { EmptyState, ErrorNotice, Skeleton } from '../../ui/notices.js';
import { Page } from '../../ui/page.js';
import { Fact, FactBar } from '../../ui/facts.js';
import { Panel } from '../../ui/panel.js';
import { Time } from '../../ui/time.js';

export default function ResourcePage() {
  const { infra, kind: word, name } = useParams({ from: '/signed-in/inventory/$infra/$kind/$name' });
  const kind = oneOf(RESOURCE_KINDS, word);
  if (kind === undefined) return <Unknown name={name} infra={infra} word={word} />;
  return <ResourceView infra={infra} kind={kind} name={name} />;
}

function ResourceView({ infra, kind, name }: ResourceKey) {
  const { data, error, isPending, refetch } = useQuery(resourceDetail({ infra, kind, name }));
  const journal = useQuery(journalList({ infra, kind, name }));
  const changes = journal.data?.data.items ?? [];
  return (
    <Page
      title={safeText(name)}
      tabTitle={`${name} · Inventory`}
      aside={<span className="muted">{kind}</span>}
    >
      {isPending && <Skeleton rows={4} />}
      {error && <ErrorNotice error={error} retry={() => void refetch()} />}
      {data === null && (
        <p>
          There is no {kind} {safeText(name)} in {infra} now.
          {changes.length > 0 && ' The journal below shows what happened to it.'}
        </p>
      )}
      {data && <Known resource={data} />}
      <Panel
        title="History of changes"
        actions={
          <Link to="/journal" search={{ infra, kind, name }}>
            Open in the journal
          </Link>
        }
      >
        {journal.error && <ErrorNotice error={journal.error} retry={() => void journal.refetch()} />}
        {journal.isPending && <Skeleton rows={3} />}
        {journal.data && changes.length === 0 && <EmptyState>No change of it is recorded.</EmptyState>}
        {changes.length > 0 && <JournalTable entries={changes} />}
      </Panel>
    </Page>
  );
}

function Known({ resource }: { resource: Resource }) {
  const { infra, provider, driver, version, task_id, created_at, updated_at, attributes } = resource;
  return (
    <>
      <FactBar>
        <Fact name="Infra">
          <Link to="/inventory" search={{ infra }}>
            {infra}
          </Link>
        </Fact>
        <Fact name="Provider">{provider}</Fact>
        <Fact name="Driver">
          {driver}
          {driver === 'local' && provider !== 'local' && (
            <span className="muted"> (no credentials for {provider}: no machine exists)</span>
          )}
        </Fact>
        <Fact name="Version">{version}</Fact>
        {task_id && (
          <Fact name="Made by">
            <Link to="/tasks/$id" params={{ id: task_id }}>
              task {shortId(task_id)}
            </Link>
          </Fact>
        )}
        <Fact name="Created">
          <Time at={created_at} />
        </Fact>
        <Fact name="Changed">
          <Time at={updated_at} />
        </Fact>
      </FactBar>
      <Panel title="Attributes">
        <AttributeList attributes={attributes} />
      </Panel>
    </>
  );
}

function Unknown({ infra, word, name }: { infra: string; word: string; name: string }) {
  return (
    <Page title="Resource">
      <EmptyState
        action={
          <Link to="/inventory" search={{}}>
            Inventory
          </Link>
        }
      >
        {safeText(`There is no kind of resource "${word}", looked up for ${name} in ${infra}.`)}
      </EmptyState>
    </Page>
  );
}
