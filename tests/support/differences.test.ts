import { describe, expect, it } from '@jest/globals';
import { differences } from './differences.js';

const EXAMPLE = {
  id: 'uuid-string',
  name: 'web-01',
  at: '2025-09-26T10:00:00Z',
  size: '150 MB',
  progress: 75.5,
  error: null,
  args: ['--wait'],
  operations: [{ id: 'op', status: 'Pending' }],
};
const ANSWER = {
  ...EXAMPLE,
  id: '0198f000-0000-7000-8000-000000000000',
  at: '2026-11-30T02:00:00.123Z',
  size: '0.01 MB',
  progress: 0,
  operations: [...EXAMPLE.operations, ...EXAMPLE.operations],
  more: true,
};

describe('the differences between an answer and an example of the document', () => {
  it('are none for other ids, times, sizes and numbers, more items and more members', () => {
    expect(differences(EXAMPLE, ANSWER)).toEqual([]);
  });

  it.each([
    ['a member that is missing', { name: undefined }, 'name is a undefined'],
    ['another text', { name: 'web-02' }, 'name is "web-02"'],
    ['another type', { progress: '75.5' }, 'progress is a string'],
    ['null for a text', { name: null }, 'name is null'],
    ['a text for null', { error: 'failed' }, 'error is a string'],
    ['what is no id', { id: 'x' }, 'id is "x", and must be a UUIDv7'],
    ['what is no time in UTC', { at: '2026-11-30T02:00:00+01:00' }, 'must be a time in UTC'],
    ['an empty list', { operations: [] }, 'operations is empty'],
    ['other words in a list', { args: ['--check'] }, 'args is'],
    [
      'a word of any item',
      { operations: [...ANSWER.operations, { id: 'op', status: 'pending' }] },
      'operations.status',
    ],
  ])('show %s', (_, change, difference) => {
    const found = differences(EXAMPLE, { ...ANSWER, ...change });
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(difference);
  });

  it('of members that vary are those of their types alone', () => {
    const other = { ...ANSWER, name: 'web-02', error: 'failed', args: ['--check'] };
    expect(differences(EXAMPLE, other, ['name', 'error', 'args'])).toEqual([]);
    expect(differences(EXAMPLE, { ...ANSWER, name: 1 }, ['name'])).toHaveLength(1);
    expect(differences({ name: 'web-01' }, {})).toEqual(['name is missing']);
  });
});
