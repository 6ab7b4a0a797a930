import { describe, expect, it } from '@jest/globals';
import {
  batchFilters,
  batchSearch,
  parseSearch,
  signInSearch,
  stringifySearch,
  taskFilters,
  taskSearch,
} from './paths.js';

describe('the address of a page', () => {
  it.each([
    [taskFilters, { status: 'Running', page: 3 }],
    [batchFilters, { status: 'RolledBack' }],
    [taskSearch, { tab: 'history', q: 'a & b=c', line: 12 }],
    [batchSearch, { view: 'graph', status: 'Failed', q: 'web', op: 'web-1' }],
    [signInSearch, { next: '/tasks?status=Failed' }],
    [taskFilters, {}],
  ])('holds everything that it is made of (%#)', (read, search) => {
    expect(read(parseSearch(stringifySearch(search)))).toEqual(search);
  });

  it('drops what is not known', () => {
    expect(taskFilters({ status: 'running', page: '0', other: 'x' })).toEqual({});
    expect(taskSearch({ tab: 'nothing', line: '-1', q: '' })).toEqual({});
  });

  it.each(['//evil.example', 'https://evil.example', '/\\evil.example', 'tasks', ''])(
    'leads to no other place after signing in: %s',
    (next) => expect(signInSearch({ next })).toEqual({}),
  );
});
