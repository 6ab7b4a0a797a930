import { differencesBetween, type Kind } from '@provisioning/provisioner/plan';
import type { Resource } from '../rollback/rollback.js';
import type { Survey, SurveyedThing } from './survey.js';

type Body = Record<string, unknown>;

/** Something that is not as the inventory has it. */
interface Difference {
  drift: 'missing' | 'changed' | 'unmanaged' | 'unknown';
  infra: string;
  kind: string;
  name: string;
  expected: Body | null;
  actual: Body | null;
  reason?: string;
}

export interface Drift {
  checkedAt: Date;
  checked: number;
  differences: Difference[];
}

/** What the providers say against the inventory. */
export function driftOf(inventory: readonly Resource[], survey: Survey): Omit<Drift, 'checkedAt'> {
  const found = new Map(
    survey.infras.flatMap(({ infra, things }) =>
      things.map((thing) => [keyOf({ ...thing, infra }), thing] as const),
    ),
  );
  const differences: Difference[] = [];
  for (const resource of inventory) {
    const thing = found.get(keyOf(resource));
    found.delete(keyOf(resource));
    const difference = compare(resource, thing, survey);
    if (difference) differences.push(difference);
  }
  for (const { infra, things } of survey.infras)
    for (const thing of things) {
      if (!found.has(keyOf({ ...thing, infra }))) continue;
      const { kind, name, body } = thing;
      differences.push({ drift: 'unmanaged', infra, kind, name, expected: null, actual: bodyOf(body) });
    }
  return { checked: inventory.length, differences };
}

function compare(resource: Resource, thing: SurveyedThing | undefined, survey: Survey): Difference | null {
  const { infra, kind, name, body: expected } = resource;
  const about = { infra, kind, name, expected };
  const silence = thing ? null : silenceAbout(resource, survey);
  if (silence !== null) return { ...about, drift: 'unknown', actual: null, reason: silence };
  if (!thing) return { ...about, drift: 'missing', actual: null };
  const actual = bodyOf(thing.body);
  const replaced = !isSame(expected, actual);
  // Bodies of one kind: the inventory's was reported by the very driver that now says what there is.
  const fields = differencesBetween(kind as Kind, expected as never, thing.body).map(({ field }) => field);
  if (!replaced && fields.length === 0) return null;
  const reason = [
    ...(replaced ? ['another one was made in its place'] : []),
    ...(fields.length > 0 ? [`differs in ${fields.join(', ')}`] : []),
  ].join(', and it ');
  return { ...about, drift: 'changed', actual, reason };
}

type Named = Pick<Resource, 'infra' | 'kind' | 'name' | 'driver' | 'body'>;

/** Why it is unknown how something is that no driver has found; null where it is known that it is gone. */
export function silenceAbout(resource: Named, survey: Survey): string | null {
  const { infra, driver } = resource;
  if (!survey.drivers.includes(driver))
    return `The driver ${driver}, which made it, is not configured on the worker that was asked.`;
  const surveyed = survey.infras.find((one) => one.infra === infra);
  if (!surveyed) return `Nobody was asked about ${infra}.`;
  return surveyed.unanswered.find((one) => isAbout(one, resource))?.reason ?? null;
}

type Unanswered = Survey['infras'][number]['unanswered'][number];

/** Whether what could not be asked may have that very thing. */
function isAbout(unanswered: Unanswered, { kind, name, driver, body }: Named): boolean {
  if (unanswered.driver !== driver || unanswered.kind !== kind) return false;
  const { server } = unanswered;
  if (server === undefined || server === null) return true;
  if (kind === 'cluster') return Array.isArray(body['servers']) && body['servers'].includes(server);
  return name.split('/')[0] === server;
}

/** Whether all that a driver could say of a kind is missing, not only what single servers would have said. */
export function isDriverSilent({ infra, kind, driver }: Named, survey: Survey): boolean {
  const surveyed = survey.infras.find((one) => one.infra === infra);
  return (
    surveyed?.unanswered.some(
      (one) => one.driver === driver && one.kind === kind && one.server === undefined,
    ) ?? true
  );
}

/** Whether the one stands for the other: the same thing, or made again since. */
function isSame(expected: Body, actual: Body): boolean {
  const ids = (body: Body) => [
    body['id'],
    ...(Array.isArray(body['restores']) ? (body['restores'] as unknown[]) : []),
  ];
  return ids(expected).includes(actual['id']) || ids(actual).includes(expected['id']);
}

export function bodyOf(body: SurveyedThing['body']): Body {
  return { ...body };
}

function keyOf({ infra, kind, name, driver }: Pick<Resource, 'infra' | 'kind' | 'name' | 'driver'>): string {
  return JSON.stringify([infra, kind, name, driver]);
}
