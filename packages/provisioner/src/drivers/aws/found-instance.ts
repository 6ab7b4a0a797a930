import type { Instance } from '@aws-sdk/client-ec2';
import type { Server, Unrecorded } from '../resource.js';
import type { Region } from './region.js';
import { lostIn, rememberedIn, type Remembered } from './tags.js';

/** An instance that this driver made, as EC2 describes it. */
export interface Found {
  region: Region;
  instance: Instance & { InstanceId: string };
  remembered: Remembered;
  /** Fields that its tags no longer have; `remembered` has what the instance itself shows. */
  lost: readonly Unrecorded[];
}

/** The states in which an instance exists. `shutting-down` and `terminated` are final. */
export const LIVING = ['pending', 'running', 'stopping', 'stopped'];

/** Whether an instance exists and is not being terminated. */
export function isLiving({ State }: Instance): boolean {
  return LIVING.includes(State?.Name ?? '');
}

/** Null if this driver did not make it. */
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

/** Tags can be removed. If one is missing, the instance itself shows its zone and its type. */
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

/** The valid instance comes first. Of several with one name it is the oldest, so that all processes choose the same. */
export function inOrder(found: readonly Found[]): Found[] {
  return found.toSorted((one, other) => {
    const age = bornAt(one.instance) - bornAt(other.instance);
    return age || (one.instance.InstanceId < other.instance.InstanceId ? -1 : 1);
  });
}

/** The volume that it boots from. */
export function rootVolumeOf({ RootDeviceName, BlockDeviceMappings = [] }: Instance): string | null {
  const root = BlockDeviceMappings.find(({ DeviceName }) => DeviceName === RootDeviceName);
  return root?.Ebs?.VolumeId ?? null;
}

/** The server as the driver reports it. */
export function toServer({ instance, remembered, lost }: Found): Server {
  const { infra, name, zone, image, storage_gb, labels, restores, changedAt } = remembered;
  const made_at = new Date(madeAt(instance)).toISOString();
  return {
    infra,
    name,
    plan: planOf(instance, remembered),
    zone,
    provider: 'aws',
    image,
    labels,
    storage_gb,
    id: instance.InstanceId,
    driver: 'aws',
    made_at,
    changed_at: changedAt ?? made_at,
    description: describe(instance, remembered),
    ...(restores.length > 0 ? { restores } : {}),
    ...(lost.length > 0 ? { lost } : {}),
    state: STATES[instance.State?.Name ?? ''] ?? 'stopped',
    ip: addressOf(instance),
  };
}

const STATES: Readonly<Record<string, Server['state']>> = { pending: 'starting', running: 'running' };

/** The launch time is that of the last start. The first volume stays attached, but is attached a moment later. */
function madeAt(instance: Instance): number {
  return attachedAt(instance) ?? instance.LaunchTime?.getTime() ?? Date.now();
}

function attachedAt({ BlockDeviceMappings = [] }: Instance): number | undefined {
  const times = BlockDeviceMappings.flatMap(({ Ebs }) => (Ebs?.AttachTime ? [Ebs.AttachTime.getTime()] : []));
  return times.length > 0 ? Math.min(...times) : undefined;
}

/** The basis of an instance's age. It is the same for every process, whether the volume is attached yet or not. */
function bornAt(instance: Instance): number {
  return Math.min(instance.LaunchTime?.getTime() ?? Infinity, madeAt(instance));
}

// The recorded values, unless the instance was changed at AWS. During a change, the former values are valid:
// the new ones are recorded when it is complete.
function planOf({ InstanceType: type }: Instance, { plan, instanceType, changing }: Remembered): string {
  return changing !== null || type === undefined || type === instanceType ? plan : type;
}

/** Before it runs, it has no public address, which identifies it to users. */
function addressOf({ State, PublicIpAddress, PrivateIpAddress }: Instance): string | null {
  return PublicIpAddress ?? (State?.Name === 'running' ? (PrivateIpAddress ?? null) : null);
}

function describe({ InstanceId, InstanceType, Placement }: Instance, { changing }: Remembered): string {
  const what = `Instance ${InstanceId} at AWS (${InstanceType}, ${Placement?.AvailabilityZone}).`;
  return changing === null ? what : `${what} A change of its plan is in progress or was interrupted.`;
}
