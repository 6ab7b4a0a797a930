import { describe, expect, it } from '@jest/globals';
import { architectureOf, instanceTypeOf } from './instance-types.js';
import { placeOf } from './place.js';

describe('plans and zones of the settings at AWS', () => {
  it.each([
    ['t3.small', 't3.small'],
    ['u-6tb1.metal', 'u-6tb1.metal'],
    ['1xCPU-1GB', 't3.micro'],
    ['1xCPU-2 GB', 't3.small'],
    ['2xCPU-4GB', 't3.medium'],
    ['4xcpu-4gb', 't3.xlarge'],
    ['8xCPU-64GB', 'r6i.2xlarge'],
    ['32xCPU-256GB', 'r6i.8xlarge'],
  ])('by the plan %s is the type %s', (plan, type) => expect(instanceTypeOf(plan, 'web-01')).toBe(type));

  it.each(['33xCPU-1GB', '1xCPU-999GB', 'small', '1xCPU', 't3.small; x'])(
    'by the plan %s is nothing',
    (plan) => expect(() => instanceTypeOf(plan, 'web-01')).toThrow(/no plan/),
  );

  it.each([
    ['t4g.small', 'arm64'],
    ['c6gn.large', 'arm64'],
    ['im4gn.large', 'arm64'],
    ['a1.large', 'arm64'],
    ['t3.small', 'x86_64'],
    ['g5.xlarge', 'x86_64'],
    ['g4dn.xlarge', 'x86_64'],
    ['m6id.large', 'x86_64'],
  ])('by %s are processors of %s', (type, architecture) => expect(architectureOf(type)).toBe(architecture));

  const regions = ['us-west-2', 'us-west-1'];
  it.each([
    ['us-west-2', 'us-west-2', null],
    ['us-west-1c', 'us-west-1', 'us-west-1c'],
    ['us-west-2-lax-1a', 'us-west-2', 'us-west-2-lax-1a'],
  ])('by the zone %s is the region %s', (zone, region, availabilityZone) =>
    expect(placeOf(zone, regions, 'web-01')).toEqual({ region, availabilityZone }),
  );

  it.each(['us-west-3', 'us-west-22', 'us-west', 'eu-central-1a'])('refuses the zone %s', (zone) =>
    expect(() => placeOf(zone, regions, 'web-01')).toThrow(/none of the configured regions/),
  );
});
