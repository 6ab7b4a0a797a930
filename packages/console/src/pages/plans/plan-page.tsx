import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import type { StoredPlan } from '@provisioning/contracts';
import { ProvisioningError } from '@provisioning/client';
import { isOpen, planDetail } from '../../api/queries/plans.js';
import { useFallbackInterval } from '../../app/live-context.js';
import { PlanDiff } from '../../features/plan/plan-diff.js';
import { safeText } from '../../format/safe-text.js';
import { Fact, FactBar } from '../../ui/facts.js';
import { CopyButton, IdChip, shortId } from '../../ui/id-chip.js';
import { EmptyState, ErrorNotice, Skeleton } from '../../ui/notices.js';
import { Page } from '../../ui/page.js';
import { Status } from '../../ui/status.js';
import { Time } from '../../ui/time.js';
import { Decisions, Requirements } from './approvals.js';
import { ComparePlan } from './compare-plan.js';
import { MovedInputs } from './moved-inputs.js';
import { PlanActs } from './plan-acts.js';
import { PLAN_KINDS, runOf, RunLink } from './plan-run.js';

export default function PlanPage() {
  const { id } = useParams({ from: '/signed-in/plans/$id' });
  const plan = planDetail(id);
  const fallback = useFallbackInterval(5_000);
  const { data, error, isPending, refetch } = useQuery({
    ...plan,
    ...(fallback ? { refetchInterval: fallback } : {}),
  });
  if (data) return <PlanView plan={data} />;
  const isGone = error instanceof ProvisioningError && error.status === 404;
  return (
    <Page title="Plan" tabTitle={`Plan ${shortId(id)}`}>
      {isPending && !error && <Skeleton rows={6} />}
      {isGone && (
        <EmptyState
          action={
            <Link to="/plans" search={{}}>
              All plans
            </Link>
          }
        >
          There is no plan {id}.
        </EmptyState>
      )}
      {error && !isGone && <ErrorNotice error={error} retry={() => void refetch()} />}
    </Page>
  );
}

function PlanView({ plan }: { plan: StoredPlan }) {
  const { id, status, name, error, notes, known_after: later, digest, moved } = plan;
  return (
    <Page
      title={safeText(name)}
      tabTitle={`${name} · Plans`}
      aside={
        <>
          <Status status={status} />
          <IdChip id={id} what="plan" />
        </>
      }
      actions={<PlanActs plan={plan} />}
    >
      <p>{SENTENCES[status]}</p>
      {error && <p>{safeText(error)}</p>}
      <PlanFacts plan={plan} />
      {moved.length > 0 && <MovedInputs moved={moved} />}
      {isOpen(plan) && digest !== null && <ComparePlan id={id} />}
      <Requirements requirements={plan.requirements} />
      <Decisions decisions={plan.decisions} />
      {digest !== null && <PlanDiff plan={plan} empty="Nothing would be changed." />}
      {plan.settings && (
        <Sentences title="Settings, as they were planned" sentences={plan.settings.map(settingsFile)} />
      )}
      <Sentences title="Notes" sentences={notes} />
      <Sentences title="Known only afterwards" sentences={later} />
    </Page>
  );
}

const SENTENCES: Readonly<Record<StoredPlan['status'], string>> = {
  Planning: 'A task asks the providers and works out every change. Nothing is changed.',
  Planned: 'It waits for approval. Nothing has been changed.',
  Approved: 'It can be executed. Nothing has been changed.',
  Executing: 'It waits until its infras are free, and is planned again. It starts only if nothing has moved.',
  Executed: 'Nothing had moved, and it was started.',
  Failed: 'It could not be planned. Nothing has been changed.',
  Rejected: 'A user rejected it. Nothing has been changed.',
  Expired: 'It was not executed in time. Nothing has been changed.',
  Stale: 'It no longer applies. Nothing has been changed. Make a new plan.',
  Cancelled: 'It will not be executed. Nothing has been changed.',
};

function PlanFacts({ plan }: { plan: StoredPlan }) {
  const { infras, created_by, created_at, expires_at, digest, planning_task_id } = plan;
  const run = runOf(plan);
  return (
    <FactBar>
      <Fact name="Kind">{PLAN_KINDS[plan.kind]}</Fact>
      {run && (
        <Fact name="Runs as">
          <RunLink run={run}>
            {run.noun} {shortId(run.id)}
          </RunLink>
        </Fact>
      )}
      <Fact name="Infras">{infras.join(', ')}</Fact>
      <Fact name="By">{created_by}</Fact>
      <Fact name="Created">
        <Time at={created_at} />
      </Fact>
      {expires_at && (
        <Fact name="Expires">
          <Time at={expires_at} />
        </Fact>
      )}
      {planning_task_id && (
        <Fact name="Planned by">
          <Link to="/tasks/$id" params={{ id: planning_task_id }} search={{}}>
            Task {shortId(planning_task_id)}
          </Link>
        </Fact>
      )}
      {digest && (
        <Fact name="Digest">
          <span className="row" style={{ gap: 0 }}>
            <code title={digest}>{digest.slice(0, DIGEST_SHOWN)}…</code>
            <CopyButton text={digest} label="Copy the digest" />
          </span>
        </Fact>
      )}
    </FactBar>
  );
}

/** A file with enough digits of its hash to distinguish two versions. */
function settingsFile({ name, sha256 }: { name: string; sha256: string }): string {
  return `${name} (sha256 ${sha256.slice(0, 12)}…)`;
}

/** `sha256:` and enough digits to distinguish two plans. */
const DIGEST_SHOWN = 'sha256:'.length + 12;

function Sentences({ title, sentences }: { title: string; sentences: readonly string[] }) {
  if (sentences.length === 0) return null;
  return (
    <section aria-label={title} className="stack">
      <h2>{title}</h2>
      <ul>
        {sentences.map((sentence, index) => (
          <li key={index}>{safeText(sentence)}</li>
        ))}
      </ul>
    </section>
  );
}
