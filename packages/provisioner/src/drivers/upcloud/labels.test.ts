import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { keyValue, labelsOf, rememberedIn, type Remembered } from './labels.js';

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const remembered: fc.Arbitrary<Remembered> = fc.record({
  infra: fc.string({ minLength: 1, maxLength: 63 }),
  name: fc.string({ minLength: 1, maxLength: 63 }),
  key: fc.uuid(),
  plan: fc.string({ maxLength: 64 }),
  image: maybe(fc.string({ maxLength: 128 })),
  storage_gb: maybe(fc.integer({ min: 1, max: 65536 })),
  labels: fc.dictionary(
    fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._/-]{1,31}$/).filter((key) => !key.startsWith('provisioning-')),
    fc.string({ maxLength: 128 }),
  ),
  restores: fc.array(fc.uuid(), { maxLength: 40 }),
  changedAt: maybe(fc.constant('2026-01-01T00:00:00.000Z')),
  changing: maybe(fc.constantFrom('started', 'stopped')),
});

describe('the record in the labels', () => {
  it('is read as it was written, and fits', () => {
    fc.assert(
      fc.property(remembered, (what) => {
        const labels = labelsOf(what);
        expect(rememberedIn(labels.toReversed())).toEqual({ ...what, labels: { ...what.labels } });
        expect(new Set(labels.map(({ key }) => key)).size).toBe(labels.length);
        for (const { key, value } of labels) {
          expect(key).toMatch(/^[\x20-\x7e]{2,32}$/);
          expect(value.length).toBeLessThanOrEqual(255);
        }
      }),
    );
  });

  it('is null for labels that the driver did not write', () => {
    expect(rememberedIn([{ key: 'provisioning-name', value: 'web-01' }])).toBeNull();
  });

  it('has short keys unchanged and long keys as a digest', () => {
    expect(keyValue('key-a:undo')).toBe('key-a:undo');
    expect(keyValue('x'.repeat(300))).toMatch(/^sha256-[0-9a-f]{64}$/);
    expect(keyValue('ä b')).toBe(keyValue('ä b'));
    expect(keyValue('ä b')).not.toBe(keyValue('ä c'));
  });
});
