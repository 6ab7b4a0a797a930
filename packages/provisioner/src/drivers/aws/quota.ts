import type { Instance } from '@aws-sdk/client-ec2';
import type { Refusal, ServerStep } from '../driver.js';
import { instanceTypeOf } from './instance-types.js';
import type { Region } from './region.js';
import type { Regions } from './regions.js';

/**
 * Quotas of the service `ec2` on the vCPUs of running On-Demand instances, by the class of instance types that each counts.
 * Codes: https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html
 */
const QUOTAS = [
  {
    code: 'L-1216C47A',
    name: 'A, C, D, H, I, M, R, T and Z',
    classes: ['a', 'c', 'd', 'h', 'i', 'im', 'is', 'm', 'r', 't', 'z'],
  },
  { code: 'L-74FC7D96', name: 'F', classes: ['f'] },
  { code: 'L-DB2E81BA', name: 'G and VT', classes: ['g', 'gr', 'vt'] },
  { code: 'L-417A185B', name: 'P', classes: ['p'] },
  { code: 'L-7295265B', name: 'X', classes: ['x'] },
] as const;

type Quota = (typeof QUOTAS)[number];

const COUNTED_STATES = ['pending', 'running'];

interface Wanted {
  server: string;
  region: Region;
  type: string;
  quota: Quota;
}

/**
 * Finds the first server of each region and quota that would exceed the account's vCPUs. Unknown values (a class without
 * a quota in the list, an account that may not read its quotas) refuse nothing: EC2 decides when the server is ordered.
 */
export async function quotaRefusals(
  regions: Pick<Regions, 'placeOf'>,
  steps: readonly ServerStep[],
  signal?: AbortSignal,
): Promise<Refusal[]> {
  const groups = new Map<string, [Wanted, ...Wanted[]]>();
  for (const { before, after } of steps) {
    const type = instanceTypeOf(after.plan, after.name);
    const quota = before === null ? quotaOf(type) : undefined;
    if (!quota) continue;
    const region = regions.placeOf(after.zone, after.name).at;
    const wanted = { server: after.name, region, type, quota };
    const group = groups.get(`${region.name} ${quota.code}`);
    if (group) group.push(wanted);
    else groups.set(`${region.name} ${quota.code}`, [wanted]);
  }
  const refusals = await Promise.all([...groups.values()].map((group) => firstOver(group, signal)));
  return refusals.filter((refusal) => refusal !== null);
}

/** @param group servers of one region that count towards one quota */
async function firstOver(
  group: readonly [Wanted, ...Wanted[]],
  signal: AbortSignal | undefined,
): Promise<Refusal | null> {
  const [{ region, quota, server: name }] = group;
  const limit = await region.quota(quota.code, { name, signal });
  if (limit === null) return null;
  const running = await region.instances([{ Name: 'instance-state-name', Values: COUNTED_STATES }], signal);
  const used = running
    .filter((instance) => counts(instance, quota))
    .reduce((sum, { CpuOptions }) => {
      return sum + (CpuOptions?.CoreCount ?? 0) * (CpuOptions?.ThreadsPerCore ?? 0);
    }, 0);
  const vcpus = new Map<string, number>();
  let total = used;
  for (const { server, type } of group) {
    const known =
      vcpus.get(type) ?? (await region.type(type, { name: server, signal }))?.VCpuInfo?.DefaultVCpus;
    vcpus.set(type, known ?? 0);
    total += known ?? 0;
    if (total > limit)
      return { name: server, reason: exceeded({ server, region, type, quota }, { limit, used, total }) };
  }
  return null;
}

function quotaOf(type: string): Quota | undefined {
  const [, letters = ''] = /^([a-z]+)\d/.exec(type) ?? [];
  // Safe cast: includes compares, and another text is not found.
  return QUOTAS.find(({ classes }) => (classes as readonly string[]).includes(letters));
}

/** Spot instances have separate quotas. */
function counts({ InstanceType, InstanceLifecycle }: Instance, { code }: Quota): boolean {
  return InstanceLifecycle !== 'spot' && quotaOf(InstanceType ?? '')?.code === code;
}

function exceeded(
  { server, region, quota: { code, name } }: Wanted,
  { limit, used, total }: { limit: number; used: number; total: number },
): string {
  return (
    `AWS allows this account ${limit} vCPUs of ${name} instances in ${region.name}, of which ${used} are used: with server ` +
    `${server} they would be ${total}. Choose smaller plans, delete servers, or ask AWS to raise the quota ${code}. ` +
    'Nothing was changed.'
  );
}
