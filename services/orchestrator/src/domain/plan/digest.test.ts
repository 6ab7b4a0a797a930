import { execFileSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { digestOf, movedInputs, within } from './digest.js';
import type { PlanInputs } from './plan.js';

const name = fc.stringMatching(/^[a-z][a-z0-9]{0,5}$/);
const attributes = fc.dictionary(
  name,
  fc.oneof(fc.string({ unit: 'grapheme' }), fc.integer(), fc.constant(null)),
);
const distinct = <T>(item: fc.Arbitrary<T>, key: (one: T) => string) =>
  fc.uniqueArray(item, { selector: key, maxLength: 5 });

type BatchInputs = Extract<PlanInputs, { kind: 'batch' }>;
const inputs: fc.Arbitrary<BatchInputs> = fc.record({
  format: fc.constant(1 as const),
  kind: fc.constant('batch' as const),
  request: fc.record({
    name,
    version: fc.constant(null),
    storageBackend: fc.constant(null),
    parallelLimit: fc.integer({ min: 1, max: 100 }),
    rollbackEnabled: fc.boolean(),
    onFailure: fc.constantFrom('continue' as const, 'stop' as const),
    operations: fc.array(
      fc.record({
        id: name,
        type: fc.constant('server_batch' as const),
        infra: name,
        dependencies: fc.array(name),
        server_configs: fc.array(fc.record({ name })),
      }),
    ),
  }),
  definitions: distinct(
    fc.record({ kind: fc.constant('taskserv' as const), name, digest: name }),
    (one) => one.name,
  ),
  drivers: distinct(fc.record({ provider: name, driver: name, version: fc.nat() }), (one) => one.provider),
  bases: distinct(
    fc.record({
      kind: fc.constant('server' as const),
      infra: name,
      name,
      id: name,
      driver: name,
      attributes,
    }),
    (one) => `${one.infra}/${one.name}`,
  ),
  changes: distinct(
    fc.record({
      operation: name,
      change: fc.constantFrom('create' as const, 'change' as const),
      kind: fc.constant('server'),
      infra: name,
      name,
      wanted: attributes,
    }),
    (one) => `${one.change} ${one.infra}/${one.name} ${one.operation}`,
  ),
});

/** The same value with its members in reverse order, and lists that have no order reversed. */
function rearranged(plan: BatchInputs): PlanInputs {
  const { definitions, drivers, bases, changes } = plan;
  const lists = {
    definitions: definitions.toReversed(),
    drivers: drivers.toReversed(),
    bases: bases.toReversed(),
    changes: changes.toReversed(),
  };
  return reversed({ ...plan, ...lists }) as PlanInputs;
}

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, member]) => [key, reversed(member)]),
  );
}

/** Every plan that differs from this one in a single value, with the name of the input that differs. */
function altered(plan: BatchInputs): { input: string; plan: PlanInputs }[] {
  const each = <Key extends 'definitions' | 'drivers' | 'bases' | 'changes'>(
    key: Key,
    change: (one: PlanInputs[Key][number]) => object,
    nameOf: (one: PlanInputs[Key][number]) => string,
  ) =>
    plan[key].map((one, index) => ({
      input: nameOf(one),
      plan: {
        ...plan,
        [key]: plan[key].map((other, at) => (at === index ? { ...one, ...change(one) } : other)),
      },
    }));
  return [
    { input: 'request', plan: { ...plan, request: { ...plan.request, name: `${plan.request.name}x` } } },
    {
      input: 'request',
      plan: { ...plan, request: { ...plan.request, parallelLimit: plan.request.parallelLimit + 1 } },
    },
    ...each(
      'definitions',
      ({ digest }) => ({ digest: `${digest}x` }),
      (one) => `definition taskserv ${one.name}`,
    ),
    ...each(
      'drivers',
      ({ version }) => ({ version: version + 1 }),
      (one) => `driver ${one.provider}`,
    ),
    ...each(
      'bases',
      ({ id }) => ({ id: `${id}x` }),
      (one) => `resource server ${one.infra}/${one.name}`,
    ),
    ...each(
      'bases',
      (one) => ({ attributes: { ...one.attributes, plan: 'x' } }),
      (one) => `resource server ${one.infra}/${one.name}`,
    ),
    ...each(
      'changes',
      ({ wanted }) => ({ wanted: { ...wanted, zone: 'x' } }),
      (one) => `${one.change} server ${one.infra}/${one.name} by ${one.operation}`,
    ),
  ];
}

describe('the digest of a plan', () => {
  it('does not depend on the order of members, of resources or of changes, nor on a way through JSON', () => {
    fc.assert(
      fc.property(inputs, (plan) => {
        expect(digestOf(rearranged(plan))).toBe(digestOf(plan));
        expect(digestOf(JSON.parse(JSON.stringify(plan)) as PlanInputs)).toBe(digestOf(plan));
        expect(movedInputs(plan, rearranged(plan))).toEqual([]);
      }),
    );
  });

  it('changes with each single input, which is named', () => {
    fc.assert(
      fc.property(inputs, (plan) => {
        for (const { input, plan: other } of altered(plan)) {
          expect(digestOf(other)).not.toBe(digestOf(plan));
          expect(movedInputs(plan, other).map((moved) => moved.input)).toEqual([input]);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('is the same on the serialisations of both SDKs', () => {
    const plans = fc.sample(inputs, { numRuns: 100, seed: 1 });
    // What `requests`, which the Python SDK uses, and JSON.stringify, which the TypeScript SDK uses, send.
    const script = 'import json, sys\nprint(json.dumps(json.load(sys.stdin)))';
    const text = execFileSync('python3', ['-c', script], { input: JSON.stringify(plans), encoding: 'utf8' });
    expect((JSON.parse(text) as PlanInputs[]).map(digestOf)).toEqual(plans.map(digestOf));
    expect((JSON.parse(JSON.stringify(plans)) as PlanInputs[]).map(digestOf)).toEqual(plans.map(digestOf));
  });

  it('ignores everything that is not an input', () => {
    fc.assert(
      fc.property(inputs, fc.string(), (plan, other) => {
        expect(digestOf({ ...plan, output: other, planned_at: other } as PlanInputs)).toBe(digestOf(plan));
      }),
    );
  });

  it('has the files of the settings and the obstacles, where there are any', () => {
    fc.assert(
      fc.property(inputs, (plan) => {
        const one = { ...plan, settings: [{ name: 'i/a.ncl', sha256: 'a' }], obstacles: ['first', 'second'] };
        expect(digestOf(one)).not.toBe(digestOf(plan));
        expect(digestOf({ ...one, obstacles: ['second', 'first'] })).toBe(digestOf(one));
        const file = { ...one, settings: [{ name: 'i/a.ncl', sha256: 'b' }] };
        expect(movedInputs(one, file).map(({ input }) => input)).toEqual(['settings i/a.ncl']);
        const obstacle = movedInputs(one, { ...one, obstacles: ['first', 'other'] });
        expect(obstacle.map(({ input }) => input)).toEqual(['obstacles']);
        expect(JSON.stringify(obstacle)).not.toContain('other');
      }),
      { numRuns: 20 },
    );
  });

  it('names nothing of other infras than those of the plan', () => {
    const one = { input: 'resource server a/x', before: null, after: { infra: 'a' } };
    const other = { input: 'resource server b/y', before: { infra: 'b' }, after: null };
    expect(within(['a'], [one])).toEqual([one]);
    expect(within(['a'], [one, other])).toEqual([
      one,
      { input: 'other infras', before: null, after: { inputs: 1 } },
    ]);
  });
});
