import { describe, expect, it } from '@jest/globals';
import type { TaskservDefinition } from './definition.js';
import { inOrder } from './in-order.js';

function ordered(all: Record<string, { order?: number; requires?: string[] }>, ...wanted: string[]) {
  return inOrder(wanted, async (name) => {
    const found = all[name];
    if (!found) throw new Error(`There is no ${name}.`);
    return { order: 50, requires: [], ...found, name } as unknown as TaskservDefinition;
  }).then((definitions) => definitions.map(({ name }) => name).join(' '));
}

describe('the order of installation', () => {
  it('is by number, then by name', async () => {
    const all = { b: {}, a: {}, late: { order: 90 }, soon: { order: 10 } };
    expect(await ordered(all, 'late', 'b', 'soon', 'a')).toBe('soon a b late');
  });

  it('adds requirements and puts them first regardless of their numbers', async () => {
    const all = {
      base: { order: 90 },
      middle: { requires: ['base'] },
      top: { order: 1, requires: ['middle'] },
    };
    expect(await ordered(all, 'top')).toBe('base middle top');
    expect(await ordered(all, 'base', 'middle')).toBe('base middle');
  });

  it('has a shared requirement once', async () => {
    const all = { d: { requires: ['b', 'c'] }, b: { requires: ['a'] }, c: { requires: ['a'] }, a: {} };
    expect(await ordered(all, 'd')).toBe('a b c d');
  });

  it('refuses a cycle and names it', async () => {
    const all = { a: { requires: ['b'] }, b: { requires: ['c'] }, c: { requires: ['b'] } };
    await expect(ordered(all, 'a')).rejects.toMatchObject({
      message: expect.stringContaining('circular dependency: b requires c requires b.'),
      permanent: true,
    });
  });

  it('fails if a requirement has no definition', async () => {
    await expect(ordered({ a: { requires: ['gone'] } }, 'a')).rejects.toThrow('There is no gone.');
  });
});
