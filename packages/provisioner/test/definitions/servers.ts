import type { Server } from '../../src/drivers/resource.js';

/** Servers that only seem to exist: the tests run their scripts elsewhere. */
export function serversNamed(...names: string[]) {
  const all = names.map((name): Server => ({
    infra: 'i',
    name,
    plan: 'p',
    zone: 'z',
    provider: 'local',
    image: null,
    labels: {},
    storage_gb: null,
    id: `id-${name}`,
    driver: 'test',
    made_at: '2026-01-01T00:00:00.000Z',
    changed_at: '2026-01-01T00:00:00.000Z',
    description: 'For a test.',
    state: 'running',
    ip: '127.0.0.1',
  }));
  return {
    all,
    list: async (infra: string) => all.filter((server) => server.infra === infra),
    read: async (infra: string, name: string) =>
      all.find((server) => server.infra === infra && server.name === name) ?? null,
  };
}
