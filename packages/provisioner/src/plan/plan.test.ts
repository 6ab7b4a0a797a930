import { describe, expect, it } from '@jest/globals';
import type { Server } from '../drivers/resource.js';
import type { DesiredServer } from '../settings/settings.js';
import { planCreate, planDelete } from './plan.js';
import { renderPlan } from './render-plan.js';

const desired = (name: string, given: Partial<DesiredServer> = {}): DesiredServer => ({
  infra: 'production',
  name,
  plan: '1xCPU-1 GB',
  zone: 'de-fra1',
  provider: 'local',
  image: null,
  labels: {},
  storage_gb: null,
  ...given,
});

const existing = (name: string, given: Partial<DesiredServer> = {}): Server => ({
  ...desired(name, given),
  id: `id of ${name}`,
  driver: 'local',
  state: 'running',
  ip: '192.0.2.1',
  made_at: '2026-01-01T00:00:00.000Z',
  changed_at: '2026-01-01T00:00:00.000Z',
  description: '',
});

describe('a plan to create', () => {
  it('lists what is new, changed, replaced, unchanged and left alone', () => {
    const plan = planCreate(
      'production',
      [
        desired('new', { plan: '1xCPU-2 GB' }),
        desired('grown', { plan: '2xCPU-4 GB', storage_gb: 20 }),
        desired('moved', { zone: 'us-nyc1' }),
        desired('same', { labels: { a: '1', b: '2' } }),
      ],
      [
        existing('grown'),
        existing('moved'),
        existing('same', { labels: { b: '2', a: '1' } }),
        existing('other'),
      ],
    );
    expect(renderPlan(plan)).toEqual([
      '+ server new (plan 1xCPU-2 GB, zone de-fra1)',
      '~ server grown: plan "1xCPU-1 GB" -> "2xCPU-4 GB", storage_gb (none) -> 20',
      '-/+ server moved: zone "de-fra1" -> "us-nyc1" (destroyed and created again)',
      '  server other is not in the settings, not changed',
      'Plan: 1 to create, 1 to change, 1 to replace, 0 to destroy',
    ]);
    expect(plan.entries.map(({ action }) => action)).toEqual([
      'create',
      'change',
      'replace',
      'unchanged',
      'left_alone',
    ]);
  });

  it.each<Partial<DesiredServer>>([{ zone: 'us-nyc1' }, { provider: 'upcloud' }, { image: 'debian-13' }])(
    'replaces for %j, even beside what could be altered',
    (given) => {
      const [entry] = planCreate(
        'production',
        [desired('a', { ...given, plan: 'other' })],
        [existing('a')],
      ).entries;
      expect(entry?.action).toBe('replace');
    },
  );
});

describe('a plan to delete', () => {
  it('destroys the named things that exist, the last one first', () => {
    const plan = planDelete('production', ['a', 'b', 'c'], [existing('a'), existing('c'), existing('other')]);
    expect(renderPlan(plan)).toEqual([
      '- server c',
      '  server b does not exist, nothing to delete',
      '- server a',
      'Plan: 0 to create, 0 to change, 0 to replace, 2 to destroy',
    ]);
  });
});
