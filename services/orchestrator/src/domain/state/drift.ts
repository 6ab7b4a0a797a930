import { differencesBetween } from '@provisioning/provisioner/plan';
import { idsOf, serversOf, type Body } from '../rollback/resource-body.js';
import { keyOf } from '../rollback/resource-key.js';
import type { Resource } from '../rollback/rollback.js';
import { foundIn, type FoundResource, type Survey } from './survey.js';

/** A resource whose actual state differs from the inventory. */
interface Difference {
  /** `missing`: it is gone. `unmanaged`: it is not in the inventory. `unknown`: its driver could not be asked. */
  drift: 'missing' | 'changed' | 'unmanaged' | 'unknown';
  infra: string;
  kind: string;
  name: string;
  expected: Body | null;
  actual: Body | null;
  reason?: string;
}

/** The differences between the inventory and the providers. */
export interface Drift {
  checkedAt: Date;
  /** Number of resources of the inventory that were compared. */
  checked: number;
  differences: Difference[];
}

/** Compares the inventory with the result of a survey. */
export function driftOf(inventory: readonly Resource[], survey: Survey): Omit<Drift, 'checkedAt'> {
  const found = new Map(foundIn(survey).map((one) => [driverKeyOf(one), one]));
  const differences: Difference[] = [];
  for (const resource of inventory) {
    const key = driverKeyOf(resource);
    const difference = compare(resource, found.get(key), survey);
    found.delete(key);
    if (difference) differences.push(difference);
  }
  for (const { infra, kind, name, body } of found.values())
    differences.push({ drift: 'unmanaged', infra, kind, name, expected: null, actual: body });
  return { checked: inventory.length, differences };
}

function compare(resource: Resource, found: FoundResource | undefined, survey: Survey): Difference | null {
  const { infra, kind, name, body: expected } = resource;
  const about = { infra, kind, name, expected };
  const silence = found ? null : silenceAbout(resource, survey);
  if (silence !== null) return { ...about, drift: 'unknown', actual: null, reason: silence };
  if (!found) return { ...about, drift: 'missing', actual: null };
  const isReplaced = !isSame(expected, found.body);
  // Safe cast: the same driver reported both bodies, for resources of the same kind.
  const fields = differencesBetween(found.kind, expected as never, found.body).map(({ field }) => field);
  if (!isReplaced && fields.length === 0) return null;
  const reason = [
    ...(isReplaced ? ['another one was made in its place'] : []),
    ...(fields.length > 0 ? [`differs in ${fields.join(', ')}`] : []),
  ].join(', and it ');
  return { ...about, drift: 'changed', actual: found.body, reason };
}

type Named = Pick<Resource, 'infra' | 'kind' | 'name' | 'driver' | 'body'>;

/** Says why the state of a resource that was not found is unknown; null if the resource is known to be gone. */
export function silenceAbout(resource: Named, survey: Survey): string | null {
  const { infra, driver } = resource;
  if (!survey.drivers.includes(driver))
    return `The driver ${driver}, which made it, is not configured on the worker that was asked.`;
  const surveyed = survey.infras.find((one) => one.infra === infra);
  if (!surveyed) return `The survey did not cover ${infra}.`;
  return surveyed.unanswered.find((one) => isAbout(one, resource))?.reason ?? null;
}

type Unanswered = Survey['infras'][number]['unanswered'][number];

/** Whether an unanswered question was about this resource. */
function isAbout({ driver, kind, server }: Unanswered, resource: Named): boolean {
  if (driver !== resource.driver || kind !== resource.kind) return false;
  if (server === undefined || server === null) return true;
  return resource.kind === 'server' ? resource.name === server : serversOf(resource).includes(server);
}

/** Whether the driver answered no question about a kind at all, as opposed to questions about single servers. */
export function isDriverSilent({ infra, kind, driver }: Named, survey: Survey): boolean {
  const surveyed = survey.infras.find((one) => one.infra === infra);
  return (
    surveyed?.unanswered.some(
      (one) => one.driver === driver && one.kind === kind && one.server === undefined,
    ) ?? true
  );
}

/** Whether two bodies describe the same resource, even if it was created again. */
function isSame(expected: Body, actual: Body): boolean {
  return idsOf(expected).includes(actual['id']) || idsOf(actual).includes(expected['id']);
}

function driverKeyOf(resource: Pick<Resource, 'infra' | 'kind' | 'name' | 'driver'>): string {
  return `${resource.driver} ${keyOf(resource)}`;
}
