import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { ProvisioningError } from '@provisioning/client';
import type { BatchRequest } from '@provisioning/contracts';
import { lazy, Suspense, useMemo, useState, type ReactNode } from 'react';
import { client } from '../../api/client.js';
import { useDenials } from '../../api/rights.js';
import type { CheckedBatch, TextFault } from '../../features/compose/check-batch.js';
import type { Side } from '../../features/compose/composer.js';
import { keepDraft, readDraft } from '../../features/compose/draft.js';
import { counted } from '../../format/counts.js';
import { ActButton } from '../../ui/act-button.js';
import { ErrorNotice, Skeleton } from '../../ui/notices.js';
import { Page } from '../../ui/page.js';
import { useAct } from '../../ui/use-act.js';
import { BatchPlanView } from './batch-plan.js';
import { OpenFile } from './open-file.js';
import { useBatchPlan, type Written } from './use-batch-plan.js';

const Composer = lazy(async () => ({
  default: (await import('../../features/compose/composer.js')).Composer,
}));

interface ComposeProps {
  /** The batch that is changed, if any. */
  batch?: string;
  /** The text to start from. */
  original: string;
  /** The button that drops what was edited. */
  startOver: string;
  /** What the text is. */
  children: ReactNode;
}

/** Writes a batch, previews it, and submits exactly what was previewed. */
export function Compose({ batch, original, startOver, children }: ComposeProps) {
  const [opened, setOpened] = useState(() => ({ text: readDraft(batch) ?? original, count: 0 }));
  const [written, setWritten] = useState<Written>();
  const [side, setSide] = useState<Side>('picture');
  const planning = useBatchPlan(written);
  const { busy, error, submit, createPlan, clear } = useSubmit(() => keepDraft(batch, undefined));
  const denials = useDenials();
  const denied = denials('execute', 'batches');
  const request = written?.checked?.request;
  const refusal = error ?? planning.error;
  const refused = useMemo(() => placed(refusal, written?.checked), [refusal, written]);
  const isDraft = opened.count === 0 && opened.text !== original;
  const open = (text: string) => setOpened(({ count }) => ({ text, count: count + 1 }));
  const change = (checked: CheckedBatch | undefined, text: string) => {
    clear();
    setWritten({ text, checked });
    keepDraft(batch, text === original ? undefined : text);
  };
  const preview = (now: Written) => {
    if (denied !== undefined || !now.checked?.request) return;
    setSide('plan');
    void planning.preview(now);
  };
  return (
    <Page
      title="Compose"
      tabTitle="Compose · Batches"
      actions={
        <>
          <OpenFile onOpen={open} />
          <ActButton
            className={planning.plan ? '' : 'primary'}
            denied={denied ?? (request ? undefined : 'The batch can be previewed once it has no faults.')}
            disabled={planning.busy}
            onClick={() => {
              if (written) preview(written);
            }}
          >
            Preview
          </ActButton>
          <ActButton
            denied={
              denials('create', 'plans') ??
              (request ? undefined : 'The batch can be planned once it has no faults.')
            }
            disabled={busy}
            onClick={() => {
              if (request) void createPlan(request);
            }}
          >
            Create a plan
          </ActButton>
          <ActButton
            className={planning.plan ? 'primary' : ''}
            denied={
              denied ?? (planning.plan ? undefined : 'The batch can be submitted once it has been previewed.')
            }
            disabled={busy}
            onClick={() => {
              if (request) void submit(request);
            }}
          >
            {planning.plan ? `Submit ${counted(planning.plan.operations.length, 'operation')}` : 'Submit'}
          </ActButton>
        </>
      }
    >
      <p className="row muted">
        {isDraft ? 'This is what you were writing.' : <span>{children}</span>}
        {isDraft && (
          <button type="button" onClick={() => open(original)}>
            {startOver}
          </button>
        )}
      </p>
      {error !== undefined && <ErrorNotice error={error} />}
      <Suspense fallback={<Skeleton rows={12} />}>
        <Composer
          key={opened.count}
          initial={opened.text}
          refused={refused}
          side={side}
          plan={<BatchPlanView planning={planning} request={request} />}
          onSide={setSide}
          onChecked={change}
          onPreview={(checked, text) => preview({ checked, text })}
        />
      </Suspense>
    </Page>
  );
}

/** Submits a batch, or stores a plan of it, and leads there. */
function useSubmit(onSubmitted: () => void) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { busy, error, clear, run } = useAct();
  const submit = (body: BatchRequest) =>
    run(async (idempotencyKey) => {
      const { batch_id: id } = await client.orchestrator.executeBatch({ body, idempotencyKey });
      onSubmitted();
      await queries.invalidateQueries({ queryKey: ['batches', 'list'] });
      await navigate({ to: '/batches/$id', params: { id }, search: {} });
    });
  const createPlan = (batch: BatchRequest) =>
    run(async (idempotencyKey) => {
      const { id } = await client.orchestrator.createPlan({ body: { batch }, idempotencyKey });
      onSubmitted();
      await queries.invalidateQueries({ queryKey: ['plans'] });
      await navigate({ to: '/plans/$id', params: { id } });
    });
  return { busy, error, clear, submit, createPlan };
}

const NONE: readonly TextFault[] = [];

/** The faults that the server found, at their places in the text. */
function placed(error: unknown, checked: CheckedBatch | undefined): readonly TextFault[] {
  if (!(error instanceof ProvisioningError) || !checked) return NONE;
  return error.details.map(({ path, message }) => checked.place(path, message));
}
