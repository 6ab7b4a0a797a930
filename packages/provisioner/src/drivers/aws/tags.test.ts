import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { obsoleteTags, rememberedIn, tagsOf, type Remembered } from './tags.js';

const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}$/);
const text = (maxLength: number) => fc.string({ maxLength, unit: 'grapheme-ascii' });
const or = <T>(some: fc.Arbitrary<T>) => fc.option(some, { nil: null });

const remembered: fc.Arbitrary<Remembered> = fc.record({
  infra: name,
  name,
  key: name,
  plan: name,
  instanceType: name,
  zone: name,
  loginUser: name,
  image: or(name),
  storage_gb: or(fc.integer({ min: 1, max: 65_536 })),
  labels: fc.dictionary(name, text(128), { maxKeys: 32, noNullPrototype: true }),
  restores: fc.array(name, { maxLength: 40 }),
  changedAt: or(fc.constant('2026-01-01T00:00:00.000Z')),
  changing: or(fc.constantFrom('running', 'stopped')),
});

describe('the record in the tags', () => {
  it('is read as it was written, with tags of others beside it', () => {
    fc.assert(
      fc.property(remembered, (one) => {
        const tags = [...tagsOf(one), { Key: 'aws:cloudformation:stack-name', Value: 'x' }];
        expect(rememberedIn(tags)).toEqual(one);
      }),
    );
  });

  it('fits: each tag has 256 characters at most', () => {
    fc.assert(
      fc.property(remembered, (one) => {
        for (const { Value } of tagsOf(one)) expect(Value.length).toBeLessThanOrEqual(256);
      }),
    );
  });

  it('is complete after obsolete tags were removed and new ones written', () => {
    fc.assert(
      fc.property(remembered, remembered, (was, is) => {
        const tags = new Map(tagsOf(was).map(({ Key, Value }) => [Key, Value]));
        for (const key of obsoleteTags(was, is)) tags.delete(key);
        for (const { Key, Value } of tagsOf(is)) tags.set(Key, Value);
        expect(rememberedIn([...tags].map(([Key, Value]) => ({ Key, Value })))).toEqual(is);
        expect(tags.size).toBe(tagsOf(is).length);
      }),
    );
  });

  it('is null for an instance that the driver did not make', () => {
    expect(rememberedIn([{ Key: 'Name', Value: 'web-01' }])).toBeNull();
    expect(rememberedIn([])).toBeNull();
  });
});
