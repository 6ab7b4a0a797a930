import { describe, expect, it } from '@jest/globals';
import {
  accountSearch,
  auditFilters,
  policyFilters,
  policySearch,
  replaySearch,
  userFilters,
  verifySearch,
  webhookFilters,
  whoMaySearch,
} from './paths-governance.js';
import { parseSearch, stringifySearch } from './paths.js';

describe('the address of a page about rights and records', () => {
  it.each([
    [userFilters, { q: 'a b', role: 'operator', enabled: 'disabled', page: 2 }],
    [policyFilters, { q: 'servers:*', enabled: 'enabled' }],
    [policySearch, { tab: 'versions', a: 1, b: 3 }],
    [whoMaySearch, { user: 'ann', roles: 'viewer, x', action: 'delete', resource: 'servers:*', ip: '::1' }],
    [replaySearch, { from: '2026-01-01', to: '2026-01-31', user: 'id' }],
    [auditFilters, { action: 'user.update', resource: 'users/1', from: '2026-01-01', before: 51, seq: 50 }],
    [
      auditFilters,
      { user: 'ann', result: 'denied', service: 'orchestrator', request: 'r', to: '2026-01-01' },
    ],
    [verifySearch, { from: '2026-01-01' }],
    [accountSearch, { tab: 'second-factor' }],
    [webhookFilters, { page: 4 }],
  ])('holds everything that it is made of (%#)', (read, search) => {
    expect(read(parseSearch(stringifySearch(search)))).toEqual(search);
  });

  it('drops what is not known', () => {
    expect(whoMaySearch({ action: 'fly', resource: '' })).toEqual({});
    expect(auditFilters({ before: '-1', seq: 'x', from: 'monday', result: 'fine', other: 'y' })).toEqual({});
    expect(accountSearch({ tab: 'secrets' })).toEqual({});
  });
});
