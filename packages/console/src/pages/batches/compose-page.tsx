import { ProvisioningError } from '@provisioning/client';
import { lazy, Suspense, useState } from 'react';
import type { CheckedBatch, TextFault } from '../../features/compose/check-batch.js';
import { keepDraft, readDraft } from '../../features/compose/draft.js';
import { SAMPLE } from '../../features/compose/sample.js';
import { Skeleton } from '../../ui/notices.js';
import { Page } from '../../ui/page.js';
import { OpenFile } from './open-file.js';
import { SubmitBatch } from './submit-batch.js';

const Composer = lazy(async () => ({
  default: (await import('../../features/compose/composer.js')).Composer,
}));
const NONE: readonly TextFault[] = [];

export default function ComposePage() {
  const [draft] = useState(readDraft);
  const [initial, setInitial] = useState(draft ?? SAMPLE);
  const [checked, setChecked] = useState<CheckedBatch>();
  const [refused, setRefused] = useState(NONE);
  const start = (text: string) => {
    keepDraft(undefined);
    setRefused(NONE);
    setInitial(text);
  };
  const change = (next: CheckedBatch | undefined, text: string) => {
    if (next === undefined) setRefused(NONE);
    setChecked(next);
    keepDraft(text === SAMPLE ? undefined : text);
  };
  const isDraft = initial === draft;
  return (
    <Page
      title="Compose"
      tabTitle="Compose · Batches"
      actions={
        <>
          <OpenFile onOpen={start} />
          <SubmitBatch
            request={checked?.request}
            onRefused={(error) => setRefused(placed(error, checked))}
            onSubmitted={() => keepDraft(undefined)}
          />
        </>
      }
    >
      <p className="row muted">
        {isDraft
          ? 'This is what you were writing.'
          : 'Write a batch as YAML or JSON. Nothing runs until you submit it.'}
        {isDraft && (
          <button type="button" onClick={() => start(SAMPLE)}>
            Start from the sample
          </button>
        )}
      </p>
      <Suspense fallback={<Skeleton rows={12} />}>
        <Composer key={initial} initial={initial} refused={refused} onChecked={change} />
      </Suspense>
    </Page>
  );
}

/** The faults that the server found, at their places in the text. */
function placed(error: unknown, checked: CheckedBatch | undefined): readonly TextFault[] {
  if (!(error instanceof ProvisioningError) || !checked) return NONE;
  return error.details.map(({ path, message }) => checked.place(path, message));
}
