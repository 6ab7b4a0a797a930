import { describe, expect, it } from '@jest/globals';
import { inPieces } from './in-pieces.js';

describe('items in pieces', () => {
  it('keep their order and fit, one that is too long alone', () => {
    const items = ['a'.repeat(8), 'b'.repeat(8), 'c'.repeat(50), 'd'];
    const pieces = inPieces(items, 20);
    expect(pieces.flat()).toEqual(items);
    expect(pieces.map(({ length }) => length)).toEqual([2, 1, 1]);
  });

  it('are none where there are none', () => {
    expect(inPieces([])).toEqual([]);
  });
});
