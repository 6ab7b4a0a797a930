import { describe, expect, it } from '@jest/globals';
import { changesBetween } from './inventory-change.js';

const item = (name: string, body: Record<string, unknown>, kind = 'server') => ({
  infra: 'production',
  kind,
  name,
  provider: 'local',
  driver: 'local',
  body,
});

describe('the changes between two states of the inventory', () => {
  it('are what was created, changed and destroyed', () => {
    const before = [item('kept', { a: 1 }), item('old', { a: 1 }), item('same', { a: { b: [1] } })];
    const after = [item('kept', { a: 2 }), item('new', { a: 1 }), item('same', { a: { b: [1] } })];
    const found = changesBetween(before, after).map(({ change, name, before: was, after: is }) => [
      change,
      name,
      was,
      is,
    ]);
    expect(found).toEqual([
      ['change', 'kept', { a: 1 }, { a: 2 }],
      ['create', 'new', null, { a: 1 }],
      ['destroy', 'old', { a: 1 }, null],
    ]);
  });

  it('are a destruction and a creation where the provider is another one', () => {
    const moved = { ...item('x', { a: 1 }), provider: 'aws' };
    expect(
      changesBetween([item('x', { a: 1 })], [moved]).map(({ change, provider }) => [change, provider]),
    ).toEqual([
      ['destroy', 'local'],
      ['create', 'aws'],
    ]);
  });

  it('keep kinds apart', () => {
    const found = changesBetween([item('x', {}, 'cluster')], [item('x', {})]);
    expect(found.map(({ change, kind }) => [change, kind])).toEqual([
      ['destroy', 'cluster'],
      ['create', 'server'],
    ]);
  });
});
