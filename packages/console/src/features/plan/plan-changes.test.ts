import { describe, expect, it } from '@jest/globals';
import type { PlannedChange } from '@provisioning/contracts';
import { asMarkdown, infrasWithDestruction, inOrder, shortDifference, totalsOf } from './plan-changes.js';

const planned = (change: PlannedChange['change'], name: string, infra = 'staging'): PlannedChange => ({
  change,
  kind: 'server',
  infra,
  name,
});
const RESIZED: PlannedChange = {
  ...planned('change', 'web-2'),
  before: { plan: 'small', zone: 'fra', image: 'debian' },
  after: { plan: 'large', zone: 'fra', image: 'debian', size: 40, backup: true },
};

describe('the changes of a plan', () => {
  it('lists what is destroyed first and numbers in their order', () => {
    const changes = [
      planned('create', 'web-10'),
      planned('create', 'web-9'),
      RESIZED,
      planned('destroy', 'db-1'),
    ];
    expect(inOrder(changes).map(({ name }) => name)).toEqual(['db-1', 'web-2', 'web-9', 'web-10']);
  });

  it('counts each kind of change, and names the main kinds even where there are none', () => {
    expect(totalsOf([planned('create', 'a'), planned('adopt', 'b')])).toEqual([
      { change: 'destroy', count: 0 },
      { change: 'change', count: 0 },
      { change: 'adopt', count: 1 },
      { change: 'create', count: 1 },
    ]);
  });

  it('names the infras in which something is destroyed', () => {
    const changes = [
      planned('destroy', 'a', 'prod'),
      planned('destroy', 'b', 'dev'),
      planned('create', 'c', 'x'),
    ];
    expect(infrasWithDestruction(changes)).toEqual(['dev', 'prod']);
  });

  it('shows the first attributes that differ', () => {
    expect(shortDifference(RESIZED)).toBe('plan: small → large, size: none → 40 and 1 more');
    expect(shortDifference(planned('destroy', 'a'))).toBe('');
    expect(asMarkdown([RESIZED, planned('destroy', 'db')])).toBe(
      '- destroy server `db` in `staging`\n- change server `web-2` in `staging` (plan: small → large, size: none → 40 and 1 more)',
    );
  });
});
