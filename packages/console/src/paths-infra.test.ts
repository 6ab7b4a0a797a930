import { describe, expect, it } from '@jest/globals';
import { parseSearch, stringifySearch } from './paths.js';
import {
  checkpointFilters,
  driftSearch,
  inventoryFilters,
  journalFilters,
  planFilters,
  rollbackFilters,
  rollbackSearch,
} from './paths-infra.js';

describe('the address of an infrastructure page', () => {
  it.each([
    [inventoryFilters, { infra: 'production', kind: 'taskserv', provider: 'local', page: 2 }],
    [journalFilters, { infra: 'a', kind: 'server', name: 'web-1/nginx', task: 't', batch: 'b', page: 4 }],
    [driftSearch, { infra: 'production' }],
    [checkpointFilters, { page: 2 }],
    [rollbackFilters, { status: ['Running', 'Failed'], page: 2 }],
    [planFilters, { status: ['Planned', 'Stale'], infra: 'production', waiting: 'me', page: 2 }],
    [rollbackSearch, { operations: 'a,b' }],
    [rollbackSearch, { checkpoint: 'c' }],
  ])('holds everything that it is made of (%#)', (read, search) => {
    expect(read(parseSearch(stringifySearch(search)))).toEqual(search);
  });

  it('drops what is not known', () => {
    expect(inventoryFilters({ kind: 'disk', page: '1', other: 'x' })).toEqual({});
  });
});
