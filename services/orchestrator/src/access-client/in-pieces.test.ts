import { describe, expect, it } from '@jest/globals';
import { bodiesOf } from './in-pieces.js';

describe('the bodies of a long list', () => {
  it('keep its order and fit, an item that is too long alone', () => {
    const items = ['a'.repeat(8), 'b'.repeat(8), 'c'.repeat(50), 'd'].map((text) => ({ text }));
    const lists = bodiesOf('items', items, 45).map((body) => (JSON.parse(body) as { items: object[] }).items);
    expect(lists.flat()).toEqual(items);
    expect(lists.map(({ length }) => length)).toEqual([2, 1, 1]);
  });

  it('are none of an empty list', () => {
    expect(bodiesOf('items', [])).toEqual([]);
  });
});
