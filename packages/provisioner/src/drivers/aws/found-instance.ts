import type { Instance } from '@aws-sdk/client-ec2';
import type { Server, Unrecorded } from '../resource.js';
import type { Region } from './region.js';
import { lostIn, rememberedIn, type Remembered } from './tags.js';

/** An instance of ours, as EC2 has it. */
export interface Found {
  region: Region;
  instance: Instance & { InstanceId: string };
  remembered: Remembered;
  /** What its tags no longer tell; `remembered` has what can be seen instead. */
  lost: readonly Unrecorded[];
}

/** States in which an instance is there. `shutting-down` and `terminated` are of those that are gone for good. */
export const LIVING = ['pending', 'running', 'stopping', 'stopped'];

export function isLiving({ State }: Instance): boolean {
  return LIVING.includes(State?.Name ?? '');
}

/** Null if it is none of ours. */
export function foundIn(instance: Instance, region: Region): Found | null {
  const { InstanceId } = instance;
  const remembered = rememberedIn(instance.Tags ?? []);
  if (!remembered || InstanceId === undefined) return null;
  return {
    region,
    instance: { ...instance, InstanceId },
    remembered: withWhatShows(remembered, instance, region),
    lost: lostIn(instance.Tags ?? []),
  };
}

/** Tags can be taken away: where one is missing, the instance itself shows where it is and of which type. */
function withWhatShows(
  remembered: Remembered,
  { InstanceType, Placement }: Instance,
  region: Region,
): Remembered {
  return {
    ...remembered,
    zone: remembered.zone || (Placement?.AvailabilityZone ?? region.name),
    plan: remembered.plan || (InstanceType ?? ''),
    instanceType: remembered.instanceType || (InstanceType ?? ''),
  };
}

/** The one that counts first: of several of one name, all who made them agree on the oldest. */
export function inOrder(found: readonly Found[]): Found[] {
  return found.toSorted((one, other) => {
    const age = bornAt(one.instance) - bornAt(other.instance);
    return age || (one.instance.InstanceId < other.instance.InstanceId ? -1 : 1);
  });
}

/** The volume that it starts from. */
export function rootVolumeOf({ RootDeviceName, BlockDeviceMappings = [] }: Instance): string | null {
  const root = BlockDeviceMappings.find(({ DeviceName }) => DeviceName === RootDeviceName);
  return root?.Ebs?.VolumeId ?? null;
}

/** What everybody is told about it. */
export function toServer({ instance, remembered, lost }: Found): Server {
  const { infra, name, zone, image, storage_gb, labels, restores, changedAt } = remembered;
  const made_at = new Date(madeAt(instance)).toISOString();
  return {
    ...{ infra, name, plan: planOf(instance, remembered), zone, provider: 'aws' },
    ...{ image, labels, storage_gb },
    ...{ id: instance.InstanceId, driver: 'aws', made_at, changed_at: changedAt ?? made_at },
    description: describe(instance, remembered),
    ...(restores.length > 0 ? { restores } : {}),
    ...(lost.length > 0 ? { lost } : {}),
    state: STATES[instance.State?.Name ?? ''] ?? 'stopped',
    ip: addressOf(instance),
  };
}

const STATES: Readonly<Record<string, Server['state']>> = { pending: 'starting', running: 'running' };

/** Its launch time is that of its last start; its first volume stays with it, and is attached a moment later. */
function madeAt(instance: Instance): number {
  return attachedAt(instance) ?? instance.LaunchTime?.getTime() ?? Date.now();
}

function attachedAt({ BlockDeviceMappings = [] }: Instance): number | undefined {
  const times = BlockDeviceMappings.flatMap(({ Ebs }) => (Ebs?.AttachTime ? [Ebs.AttachTime.getTime()] : []));
  return times.length > 0 ? Math.min(...times) : undefined;
}

/** What its age is told by: the same to all who look, be its volume attached yet or not. */
function bornAt(instance: Instance): number {
  return Math.min(instance.LaunchTime?.getTime() ?? Infinity, madeAt(instance));
}

// As it was asked for, unless somebody has altered it behind our back. In the middle of a change, what was asked for
// before is what counts: only at its end the change is remembered.
function planOf({ InstanceType: type }: Instance, { plan, instanceType, changing }: Remembered): string {
  return changing !== null || type === undefined || type === instanceType ? plan : type;
}

/** Before it runs the public address, by which it is known, is not there yet. */
function addressOf({ State, PublicIpAddress, PrivateIpAddress }: Instance): string | null {
  return PublicIpAddress ?? (State?.Name === 'running' ? (PrivateIpAddress ?? null) : null);
}

function describe({ InstanceId, InstanceType, Placement }: Instance, { changing }: Remembered): string {
  const what = `Instance ${InstanceId} at AWS (${InstanceType}, ${Placement?.AvailabilityZone}).`;
  return changing === null ? what : `${what} A change of its plan is in progress or was interrupted.`;
}
