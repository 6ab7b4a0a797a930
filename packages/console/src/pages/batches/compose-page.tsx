import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import type { BatchRequest } from '@provisioning/contracts';
import { lazy, Suspense } from 'react';
import { batchRequest } from '../../api/queries/batches.js';
import { SAMPLE } from '../../features/compose/sample.js';
import { shortId } from '../../ui/id-chip.js';
import { Loaded } from '../../ui/loaded.js';
import { Page } from '../../ui/page.js';
import { Compose } from './compose.js';

/** A batch to write: a new one, or one that was submitted and is changed. */
export default function ComposePage() {
  const { from } = useSearch({ from: '/signed-in/batches/new' });
  if (from !== undefined) return <Submitted key={from} id={from} />;
  return (
    <Compose original={SAMPLE} startOver="Start from the sample">
      Write a batch as YAML or JSON. Nothing runs until you submit it.
    </Compose>
  );
}

function Submitted({ id }: { id: string }) {
  const query = useQuery(batchRequest(id));
  const { data } = query;
  if (data === undefined) {
    return (
      <Page title="Compose" tabTitle="Compose · Batches">
        <Loaded query={query} rows={12} />
      </Page>
    );
  }
  return (
    <Suspense>
      <Again id={id} request={data} />
    </Suspense>
  );
}

/** YAML comes with the editor. */
const Again = lazy(async () => {
  const { asYaml } = await import('../../features/compose/as-yaml.js');
  return {
    default: ({ id, request }: { id: string; request: BatchRequest }) => (
      <Compose batch={id} original={asYaml(request)} startOver="Start from what was submitted">
        This is what was submitted as batch{' '}
        <Link to="/batches/$id" params={{ id }}>
          {shortId(id)}
        </Link>
        . Submit makes a new batch.
      </Compose>
    ),
  };
});
