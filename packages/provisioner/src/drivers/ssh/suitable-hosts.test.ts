import { describe, expect, it } from '@jest/globals';
import { parseHosts } from './hosts-file.js';
import { noneFree, suitableHosts } from './suitable-hosts.js';

const desired = (name: string, more = {}) => ({
  infra: 'i',
  name,
  plan: 'small',
  zone: 'rack-1',
  provider: 'ssh' as const,
  image: null,
  labels: {},
  storage_gb: null,
  ...more,
});
const hosts = (...tables: string[]) =>
  parseHosts(
    tables.map((table, index) => `[[hosts]]\naddress = "h${index}"\n${table}\n`).join(''),
    'hosts.toml',
  );
const suitable = (list: ReturnType<typeof hosts>, server: ReturnType<typeof desired>) =>
  suitableHosts(server, list).map(({ shown }) => shown);

describe('suitable hosts of a server', () => {
  it('are only the host of its name, if there is one', () => {
    const list = hosts('', 'name = "db"', 'name = "web"');
    expect(suitable(list, desired('db'))).toEqual(['h1:22']);
    expect(suitable(list, desired('other'))).toEqual(['h0:22']);
  });

  it('have the requested properties, as far as the list states them', () => {
    const list = hosts('plan = "big"', 'zone = "rack-2"', 'image = "debian-13"', 'storage_gb = 10', '');
    expect(suitable(list, desired('web', { image: 'debian-12', storage_gb: 20 }))).toEqual(['h4:22']);
    expect(suitable(list, desired('web')).sort()).toEqual(['h2:22', 'h3:22', 'h4:22']);
  });

  it('may be reserved for an infra or for labels', () => {
    const list = hosts('infra = "i"', 'infra = "j"', 'labels = { role = "db" }');
    expect(suitable(list, desired('web'))).toEqual(['h0:22']);
    expect(suitable(list, desired('db', { labels: { role: 'db', tier: '1' } })).sort()).toEqual([
      'h0:22',
      'h2:22',
    ]);
  });

  it('are in an order of the server’s own, the most specific first', () => {
    const list = hosts(...Array.from({ length: 8 }, () => ''), 'plan = "small"');
    const orders = ['a', 'b', 'c', 'd'].map((name) => suitable(list, desired(name)));
    expect(orders.map(([first]) => first)).toEqual(orders.map(() => 'h8:22'));
    expect(new Set(orders.map((order) => order.join())).size).toBe(4);
    expect(suitable(list.toReversed(), desired('a'))).toEqual(orders[0]);
  });

  it('that are not free are listed with the reasons', () => {
    const [one, two] = hosts('plan = "big"', '');
    const record = { format: 1 as const, state: 'claimed' as const, key: 'k', server: taken() };
    const error = noneFree(desired('web'), [
      { host: one!, record: null, written: 'none' },
      { host: two!, record, written: '' },
    ]);
    expect(error.permanent).toBe(true);
    expect(error.message).toContain('h0:22 is of the plan "big"; h1:22 is the server old of j.');
  });
});

function taken() {
  const now = '2026-01-01T00:00:00.000Z';
  const existence = { id: '1', driver: 'ssh', made_at: now, changed_at: now, description: '' };
  return { ...desired('old'), infra: 'j', ...existence };
}
