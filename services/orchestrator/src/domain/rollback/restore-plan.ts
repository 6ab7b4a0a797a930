import { cannotChange, type Kind } from '@provisioning/provisioner/plan';
import { bodyOf, isDriverSilent, silenceAbout } from '../state/drift.js';
import type { Survey, SurveyedThing } from '../state/survey.js';
import { actToward, blockedToward, type Body } from './act-toward.js';
import type { CheckpointItem, IdentifiedThing, Obstacle } from './rollback.js';

/** One act of a restore. */
export interface RestoreStep {
  change: 'create' | 'change' | 'destroy';
  infra: string;
  kind: Kind;
  name: string;
  provider: string;
  driver: string;
  /** As it is now, and as it shall be. */
  before: Body | null;
  after: Body | null;
}

export interface RestorePlan {
  /** To be done one after the other. */
  steps: RestoreStep[];
  inTheWay: Obstacle[];
  /** What nobody here can bring back or take away. */
  impossible: Obstacle[];
  /** All that would be destroyed, in that order. */
  doomed: IdentifiedThing[];
}

/** Where something stands; what stands on a server has that server in `on`. */
interface Place {
  item: CheckpointItem | undefined;
  thing: (SurveyedThing & { infra: string }) | undefined;
  act: 'create' | 'change' | 'replace' | 'destroy' | 'unchanged';
}

const ORDER: readonly Kind[] = ['server', 'taskserv', 'cluster'];

/**
 * How to make what exists what a checkpoint says: first what is too much goes, clusters before task services before
 * servers, then what is missing comes and what differs is changed, the other way round.
 * @param items what the checkpoint has
 * @param inventory what is believed to exist now
 * @param survey what the providers say
 */
export function planRestore(
  items: readonly CheckpointItem[],
  inventory: readonly CheckpointItem[],
  survey: Survey,
): RestorePlan {
  const plan: RestorePlan = { steps: [], inTheWay: [], impossible: [], doomed: [] };
  const answered = items.filter((item) => !isSilent(item, inventory, survey, plan));
  for (const known of inventory)
    if (!items.some((item) => keyOf(item) === keyOf(known))) isSilent(known, items, survey, plan);

  const places = placesOf(answered, survey);
  const doomed = new Set(
    places
      .filter(
        ({ item, thing, act }) =>
          kindOf(item ?? thing) === 'server' && (act === 'replace' || act === 'destroy'),
      )
      .map(({ item, thing }) => `${(item ?? thing)!.infra} ${(item ?? thing)!.name}`),
  );
  for (const place of places)
    if (
      place.thing &&
      place.item &&
      serversOf(place.thing).some((server) => doomed.has(`${place.thing!.infra} ${server}`))
    )
      place.act = 'replace';

  const going = places
    .filter(({ act }) => act === 'destroy' || act === 'replace')
    .sort(byAge('thing'))
    .reverse();
  const coming = places
    .filter(({ act }) => act === 'create' || act === 'replace' || act === 'change')
    .filter((place) => !isImpossible(place, plan))
    .sort(byAge('item'));
  plan.doomed = going.map(({ thing }) => identified(thing!));
  plan.steps = [
    ...going.map(destruction),
    ...coming.map(({ item, thing, act }) => arrival(item!, act === 'change' ? thing : undefined)),
  ];
  return plan;
}

/** Whether its driver cannot make it what the checkpoint says, and what that means for the plan. */
function isImpossible({ item, thing, act }: Place, plan: RestorePlan): boolean {
  if (act !== 'change' || !item || !thing) return false;
  const { infra, kind, driver } = thing;
  const body = bodyOf(thing.body);
  const reason = blockedToward(item, { ...thing, body }) ?? cannotChange(driver, kind, body, item.body);
  if (reason !== null) plan.impossible.push({ operationId: null, reason: `In ${infra}: ${reason}` });
  return reason !== null;
}

/** Whether nobody can say how it is, and what that means for the plan. */
function isSilent(
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
    // A single server that does not answer keeps nothing else from being restored.
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
  return survey.infras.some(
    ({ infra, things }) =>
      infra === item.infra &&
      things.some(
        ({ kind, name, driver }) => kind === item.kind && name === item.name && driver === item.driver,
      ),
  );
}

function placesOf(items: readonly CheckpointItem[], survey: Survey): Place[] {
  const things = new Map(
    survey.infras.flatMap(({ infra, things }) =>
      things.map((thing) => [keyOf({ ...thing, infra }), { ...thing, infra }]),
    ),
  );
  const places = items.map((item): Place => {
    const thing = things.get(keyOf(item));
    things.delete(keyOf(item));
    if (!thing) return { item, thing, act: 'create' };
    return { item, thing, act: actToward(item, { ...thing, body: bodyOf(thing.body) }) };
  });
  return [
    ...places,
    ...[...things.values()].map((thing): Place => ({ item: undefined, thing, act: 'destroy' })),
  ];
}

function identified({ infra, kind, name, body }: SurveyedThing & { infra: string }): IdentifiedThing {
  return { infra, kind, name, id: body.id };
}

function destruction({ thing }: Place): RestoreStep {
  const { infra, kind, name, driver, body } = thing!;
  return {
    change: 'destroy',
    infra,
    kind,
    name,
    provider: body.provider,
    driver,
    before: bodyOf(body),
    after: null,
  };
}

function arrival(item: CheckpointItem, now: SurveyedThing | undefined): RestoreStep {
  const { infra, name, provider, driver, body } = item;
  const before = now ? bodyOf(now.body) : null;
  return {
    change: now ? 'change' : 'create',
    infra,
    kind: item.kind as Kind,
    name,
    provider,
    driver,
    before,
    after: body,
  };
}

/** What stands on servers: their names. */
function serversOf({ kind, name, body }: SurveyedThing): string[] {
  if (kind === 'taskserv') return [name.split('/')[0] ?? ''];
  return kind === 'cluster' && 'servers' in body ? body.servers : [];
}

/** Kind by kind, and within a kind in the order in which they were made: what stands on another one came after it. */
function byAge(side: 'item' | 'thing') {
  const rank = (place: Place) => ORDER.indexOf(kindOf(place[side]));
  const since = (place: Place) => {
    const made = (place[side]?.body as Body | undefined)?.['made_at'];
    return typeof made === 'string' ? made : '';
  };
  return (one: Place, other: Place) =>
    rank(one) - rank(other) || (since(one) < since(other) ? -1 : since(one) > since(other) ? 1 : 0);
}

function kindOf(one: { kind: string } | undefined): Kind {
  return (one?.kind ?? 'server') as Kind;
}

function keyOf({ infra, kind, name }: { infra: string; kind: string; name: string }): string {
  return JSON.stringify([infra, kind, name]);
}
