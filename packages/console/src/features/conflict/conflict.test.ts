import { describe, expect, it } from '@jest/globals';
import { differences, rebased } from './conflict.js';

const before = { email: 'a@example.com', roles: ['viewer'], enabled: true };

describe('a form whose object was changed by another person', () => {
  it('names what is no longer as it was, beside what the form has', () => {
    const now = { ...before, roles: ['viewer', 'operator'], enabled: false };
    const mine = { ...before, email: 'b@example.com' };
    expect(differences(before, now, mine)).toEqual([
      { field: 'roles', before: 'viewer', now: 'viewer, operator', mine: 'viewer' },
      { field: 'enabled', before: 'yes', now: 'no', mine: 'yes' },
    ]);
  });

  it('keeps what the user edited and takes over everything else', () => {
    const now = { email: 'c@example.com', roles: ['admin'], enabled: false };
    const mine = { ...before, email: 'b@example.com' };
    expect(rebased(before, now, mine)).toEqual({ email: 'b@example.com', roles: ['admin'], enabled: false });
  });
});
