import { DriverError } from '../driver.js';

interface Size {
  type: string;
  cpus: number;
  gigabytes: number;
}

/** Instance types for plans that state only CPU and memory, the cheapest first. */
const SIZES: readonly Size[] = [
  { type: 't3.micro', cpus: 2, gigabytes: 1 },
  { type: 't3.small', cpus: 2, gigabytes: 2 },
  { type: 't3.medium', cpus: 2, gigabytes: 4 },
  { type: 't3.large', cpus: 2, gigabytes: 8 },
  { type: 'r6i.large', cpus: 2, gigabytes: 16 },
  { type: 't3.xlarge', cpus: 4, gigabytes: 16 },
  { type: 'r6i.xlarge', cpus: 4, gigabytes: 32 },
  { type: 't3.2xlarge', cpus: 8, gigabytes: 32 },
  { type: 'r6i.2xlarge', cpus: 8, gigabytes: 64 },
  { type: 'c6i.4xlarge', cpus: 16, gigabytes: 32 },
  { type: 'm6i.4xlarge', cpus: 16, gigabytes: 64 },
  { type: 'r6i.4xlarge', cpus: 16, gigabytes: 128 },
  { type: 'c6i.8xlarge', cpus: 32, gigabytes: 64 },
  { type: 'm6i.8xlarge', cpus: 32, gigabytes: 128 },
  { type: 'r6i.8xlarge', cpus: 32, gigabytes: 256 },
];

const NEEDS = /^(\d+)xCPU-(\d+) ?GB$/i;
const TYPE = /^[a-z0-9-]+\.[a-z0-9-]+$/;
// The letter after the generation identifies the processor: g is Graviton.
const ARM = /^(a1|[a-z]+\d+g[a-z]*)\./;

/** The instance type of a plan: the plan itself, or the cheapest listed type that is large enough. @throws DriverError */
export function instanceTypeOf(plan: string, server: string): string {
  if (TYPE.test(plan)) return plan;
  const [, cpus, gigabytes] = NEEDS.exec(plan) ?? [];
  const fits = (size: Size) => size.cpus >= Number(cpus) && size.gigabytes >= Number(gigabytes);
  const found = cpus === undefined ? undefined : SIZES.find(fits);
  if (found) return found.type;
  throw new DriverError(
    `AWS has no plan ${JSON.stringify(plan)} for server ${server}` +
      (cpus === undefined ? '. ' : ' among those that this program knows. ') +
      'Use an instance type like t3.small, or a size from 1xCPU to 32xCPU-256GB, like 2xCPU-4GB.',
    { permanent: true },
  );
}

/** The name of its processor architecture among images. */
export function architectureOf(instanceType: string): 'arm64' | 'x86_64' {
  return ARM.test(instanceType) ? 'arm64' : 'x86_64';
}
