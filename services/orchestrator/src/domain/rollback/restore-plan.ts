import { cannotChange, KINDS } from '@provisioning/provisioner/plan';
import { isDriverSilent, silenceAbout } from '../state/drift.js';
import { foundIn, type FoundResource, type Survey } from '../state/survey.js';
import { actToward, blockedToward } from './act-toward.js';
import { serversOf, type Body } from './resource-body.js';
import { keyOf } from './resource-key.js';
import type { CheckpointItem, IdentifiedResource, Obstacle } from './rollback.js';

/** One change of a restore. */
export interface RestoreStep {
  change: 'create' | 'change' | 'destroy';
  infra: string;
  kind: string;
  name: string;
  provider: string;
  driver: string;
  /** The present state; null for `create`. */
  before: Body | null;
  /** The wanted state; null for `destroy`. */
  after: Body | null;
}

/** The plan of a restore. */
export interface RestorePlan {
  /** In the order in which they must run. */
  steps: RestoreStep[];
  /** Why the restore cannot start. */
  inTheWay: Obstacle[];
  /** What the restore leaves as it is, because it cannot be changed. */
  impossible: Obstacle[];
  /** The resources that the steps destroy, in that order. */
  destroyed: IdentifiedResource[];
}

/** What a checkpoint and a survey say of one resource. */
type Comparison =
  | { item: CheckpointItem; found: undefined; act: 'create' }
  | { item: CheckpointItem; found: FoundResource; act: 'change' | 'replace' | 'unchanged' }
  | { item: undefined; found: FoundResource; act: 'destroy' };

/**
 * Plans how to make the existing resources as a checkpoint describes them. First superfluous resources are destroyed:
 * clusters, then task services, then servers. Then missing ones are created and different ones changed, in the opposite
 * order.
 * @param items the resources of the checkpoint
 * @param inventory the resources that the platform knows now
 * @param survey the resources that the providers report
 */
export function planRestore(
  items: readonly CheckpointItem[],
  inventory: readonly CheckpointItem[],
  survey: Survey,
): RestorePlan {
  const plan: RestorePlan = { steps: [], inTheWay: [], impossible: [], destroyed: [] };
  const wanted = new Set(items.map(keyOf));
  const answered = items.filter((item) => !isUnanswered(item, inventory, survey, plan));
  for (const known of inventory) if (!wanted.has(keyOf(known))) isUnanswered(known, items, survey, plan);

  const comparisons = withReplacedServers(compare(answered, survey));
  const toDestroy = comparisons.flatMap(({ found, act }) =>
    act === 'destroy' || act === 'replace' ? [found] : [],
  );
  toDestroy.sort(byKindAndAge).reverse();
  const arrivals = comparisons.flatMap((one) => {
    const { item, found, act } = one;
    if (!item || act === 'unchanged' || (act === 'change' && isImpossible(one, plan))) return [];
    return [{ item, now: act === 'change' ? found : undefined }];
  });
  arrivals.sort((one, other) => byKindAndAge(one.item, other.item));
  plan.destroyed = toDestroy.map(({ infra, kind, name, id }) => ({ infra, kind, name, id }));
  plan.steps = [...toDestroy.map(destruction), ...arrivals.map(({ item, now }) => arrival(item, now))];
  return plan;
}

function compare(items: readonly CheckpointItem[], survey: Survey): Comparison[] {
  const superfluous = new Map(foundIn(survey).map((found) => [keyOf(found), found]));
  const comparisons = items.map((item): Comparison => {
    const found = superfluous.get(keyOf(item));
    superfluous.delete(keyOf(item));
    return found ? { item, found, act: actToward(item, found) } : { item, found: undefined, act: 'create' };
  });
  return [
    ...comparisons,
    ...[...superfluous.values()].map((found): Comparison => ({ item: undefined, found, act: 'destroy' })),
  ];
}

/** Task services and clusters are replaced together with their servers. */
function withReplacedServers(comparisons: readonly Comparison[]): Comparison[] {
  const gone = new Set(
    comparisons.flatMap(({ found, act }) =>
      found?.kind === 'server' && (act === 'replace' || act === 'destroy') ? [keyOf(found)] : [],
    ),
  );
  return comparisons.map((one): Comparison => {
    if (!one.item || !one.found) return one;
    const { infra } = one.found;
    const isOnGone = serversOf(one.found).some((name) => gone.has(keyOf({ infra, kind: 'server', name })));
    return isOnGone ? { ...one, act: 'replace' } : one;
  });
}

/** Whether the driver cannot make the change. If so, the plan says why. */
function isImpossible({ item, found }: Comparison, plan: RestorePlan): boolean {
  if (!item || !found) return false;
  const { infra, kind, driver, body } = found;
  const reason = blockedToward(item, found) ?? cannotChange(driver, kind, body, item.body);
  if (reason !== null) plan.impossible.push({ operationId: null, reason: `In ${infra}: ${reason}` });
  return reason !== null;
}

/** Whether the survey says nothing about a resource. If so, the plan says what follows from that. */
function isUnanswered(
  item: CheckpointItem,
  others: readonly CheckpointItem[],
  survey: Survey,
  plan: RestorePlan,
): boolean {
  const silence = isFound(item, survey) ? null : silenceAbout(item, survey);
  if (silence === null) return false;
  const about = `The ${item.kind} ${item.name} in ${item.infra}`;
  if (survey.drivers.includes(item.driver)) {
    const reason = `${about} cannot be looked at: ${silence}`;
    if (isDriverSilent(item, survey)) plan.inTheWay.push({ operationId: null, reason });
    // One server that does not answer must not prevent the restore of everything else.
    else plan.impossible.push({ operationId: null, reason: `${reason} It stays as it is.` });
    return true;
  }
  const other = others.find((one) => keyOf(one) === keyOf(item));
  if (!other || other.body['id'] !== item.body['id'] || actToward(item, other) !== 'unchanged')
    plan.impossible.push({
      operationId: null,
      reason: `${about} was made by ${item.driver}, which alone can act on it.`,
    });
  return true;
}

function isFound(item: CheckpointItem, survey: Survey): boolean {
  const surveyed = survey.infras.find(({ infra }) => infra === item.infra);
  return (
    surveyed?.things.some(
      ({ kind, name, driver }) => kind === item.kind && name === item.name && driver === item.driver,
    ) ?? false
  );
}

function destruction({ infra, kind, name, provider, driver, body }: FoundResource): RestoreStep {
  return { change: 'destroy', infra, kind, name, provider, driver, before: body, after: null };
}

function arrival(item: CheckpointItem, now: FoundResource | undefined): RestoreStep {
  const { infra, kind, name, provider, driver, body } = item;
  const [change, before] = now ? (['change', now.body] as const) : (['create', null] as const);
  return { change, infra, kind, name, provider, driver, before, after: body };
}

/** Servers, then task services, then clusters; within a kind the oldest first, since dependents were created later. */
function byKindAndAge(one: CheckpointItem | FoundResource, other: CheckpointItem | FoundResource): number {
  const [since, otherSince] = [madeAt(one.body), madeAt(other.body)];
  return rankOf(one.kind) - rankOf(other.kind) || (since < otherSince ? -1 : since > otherSince ? 1 : 0);
}

function rankOf(kind: string): number {
  return KINDS.findIndex((known) => known === kind);
}

function madeAt({ made_at: at }: Body): string {
  return typeof at === 'string' ? at : '';
}
