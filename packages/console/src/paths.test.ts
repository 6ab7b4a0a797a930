import { describe, expect, it } from '@jest/globals';
import {
  batchFilters,
  batchSearch,
  healthSearch,
  parseSearch,
  signInSearch,
  stringifySearch,
  taskFilters,
  taskSearch,
} from './paths.js';

describe('the address of a page', () => {
  it.each([
    [
      taskFilters,
      { status: ['Running', 'Failed'], kind: 'workflow', by: 'alice', from: '2026-01-31', page: 3 },
    ],
    [batchFilters, { status: ['RolledBack'], name: 'web', to: '2026-02-01' }],
    [taskSearch, { tab: 'history', q: 'a & b=c', line: 12 }],
    [batchSearch, { view: 'graph', status: ['Failed'], q: 'web', op: 'web-1' }],
    [healthSearch, { range: '7d' }],
    [signInSearch, { next: '/tasks?status=Failed' }],
    [taskFilters, {}],
  ])('holds everything that it is made of (%#)', (read, search) => {
    expect(read(parseSearch(stringifySearch(search)))).toEqual(search);
  });

  it('drops what is not known', () => {
    expect(taskFilters({ status: 'running', from: '2026-02-31x', page: '0', other: 'x' })).toEqual({});
    expect(taskSearch({ tab: 'nothing', line: '-1', q: '' })).toEqual({});
  });

  it.each(['//evil.example', 'https://evil.example', '/\\evil.example', 'tasks', ''])(
    'leads to no other place after signing in: %s',
    (next) => expect(signInSearch({ next })).toEqual({}),
  );
});
