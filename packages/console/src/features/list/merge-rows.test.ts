import { describe, expect, it } from '@jest/globals';
import { merge } from './merge-rows.js';

const idOf = ({ id }: { id: string }) => id;

describe('rows that are being looked at', () => {
  it('stay in place, say what is new of them, and count what waits', () => {
    const rows = [
      { id: 'b', status: 'Running' },
      { id: 'a', status: 'Running' },
    ];
    const items = [
      { id: 'd', status: 'Pending' },
      { id: 'c', status: 'Pending' },
      { id: 'b', status: 'Completed' },
    ];
    expect(merge(rows, items, idOf)).toEqual({
      rows: [
        { id: 'b', status: 'Completed' },
        { id: 'a', status: 'Running' },
      ],
      waiting: 2,
    });
  });

  it('give way where there were none', () => {
    expect(merge([], [{ id: 'a' }], idOf)).toBeUndefined();
  });
});
