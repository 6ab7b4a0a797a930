import { percentile, type Work } from '../compare.js';
import type { Platform } from '../setting/platform.js';
import { request } from '../setting/request.js';
import { together } from '../setting/together.js';

/** A platform with a history, and ids from it. */
export interface Site extends Platform {
  /** The number of its past tasks. */
  count: number;
  tasks: readonly string[];
  batches: readonly string[];
  /** The task with the long log. */
  longest: string;
}

const REQUESTS = 100;

type Service = 'orchestrator' | 'controlCenter';
type PathOf = (site: Site, index: number) => string;

const one = (ids: readonly string[], index: number) => ids[(index * 37) % ids.length]!;
const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString();

/** The paths, by their names in the report. */
const ENDPOINTS: readonly [title: string, service: Service, path: PathOf][] = [
  ['Tasks: the newest 100', 'orchestrator', () => '/tasks?limit=100'],
  ['Tasks: 100, nine tenths down', 'orchestrator', ({ count }) => `/tasks?limit=100&offset=${count * 0.9}`],
  ['Tasks: the newest 100 completed', 'orchestrator', () => '/tasks?status=Completed&limit=100'],
  [
    'Tasks: 100 completed, nine tenths down',
    'orchestrator',
    ({ count }) => `/tasks?status=Completed&limit=100&offset=${count * 0.88}`,
  ],
  ['Tasks: failed', 'orchestrator', () => '/tasks?status=Failed&limit=2'],
  ['Tasks: pending', 'orchestrator', () => '/tasks?status=Pending&limit=100'],
  ['Tasks: running', 'orchestrator', () => '/tasks?status=Running&limit=100'],
  ['Task: one of them', 'orchestrator', ({ tasks }, index) => `/tasks/${one(tasks, index)}`],
  ['Log: of one task', 'orchestrator', ({ tasks }, index) => `/tasks/${one(tasks, index)}/logs`],
  [
    'Log: the end of a long one',
    'orchestrator',
    ({ longest }) => `/tasks/${longest}/logs?after=19900&limit=1000`,
  ],
  [
    'Log: search a long one',
    'orchestrator',
    ({ longest }) => `/tasks/${longest}/logs?search=step+99+of+199&limit=100`,
  ],
  [
    'Snapshots: of one task',
    'orchestrator',
    ({ tasks }, index) => `/state/workflows/${one(tasks, index)}/snapshots`,
  ],
  [
    'Snapshots: of one batch',
    'orchestrator',
    ({ batches }, index) => `/state/workflows/${one(batches, index)}/snapshots`,
  ],
  [
    'Progress: of one task',
    'orchestrator',
    ({ tasks }, index) => `/state/workflows/${one(tasks, index)}/progress`,
  ],
  ['Batches: the newest 10', 'orchestrator', () => '/batch/operations?limit=10'],
  [
    'Batches: 10, two thirds down',
    'orchestrator',
    ({ count }) => `/batch/operations?limit=2&offset=${Math.floor((count * 12) / 1000 / 1.5)}`,
  ],
  ['Batches: failed', 'orchestrator', () => '/batch/operations?status=Failed&limit=2'],
  ['Batch: one of them', 'orchestrator', ({ batches }, index) => `/batch/operations/${one(batches, index)}`],
  ['Statistics', 'orchestrator', () => '/state/statistics'],
  ['Statistics: of the system', 'orchestrator', () => '/state/system/metrics'],
  ['Statistics: of rollbacks', 'orchestrator', () => '/rollback/statistics'],
  ['Metrics for Prometheus', 'orchestrator', () => '/metrics'],
  ['Inventory: the first 100', 'orchestrator', () => '/state/inventory?limit=100'],
  ['Journal: the newest 100', 'orchestrator', () => '/state/journal?limit=100'],
  [
    'Journal: 100, nine tenths down',
    'orchestrator',
    ({ count }) => `/state/journal?limit=100&offset=${count * 0.5}`,
  ],
  ['Journal: of one infra', 'orchestrator', () => '/state/journal?infra=infra-7&limit=10'],
  ['Journal: of one kind', 'orchestrator', () => '/state/journal?kind=server&limit=100'],
  ['Journal: of one name', 'orchestrator', ({ count }) => `/state/journal?name=web-${count / 2}&limit=100`],
  [
    'Journal: of one task',
    'orchestrator',
    ({ tasks }, index) => `/state/journal?task_id=${one(tasks, index)}`,
  ],
  [
    'Journal: of one batch',
    'orchestrator',
    ({ batches }, index) => `/state/journal?batch_id=${one(batches, index)}`,
  ],
  ['Audit: the newest 100', 'controlCenter', () => '/audit/logs?limit=100'],
  [
    'Audit: 100, nine tenths down',
    'controlCenter',
    ({ count }) => `/audit/logs?limit=100&offset=${count * 0.9}`,
  ],
  ['Audit: of one action', 'controlCenter', () => '/audit/logs?action=task.cancel&limit=100'],
  ['Audit: of one user', 'controlCenter', () => `/audit/logs?user_id=${USER}&limit=40`],
  [
    'Audit: of one resource',
    'controlCenter',
    (_, index) => `/audit/logs?resource=servers/web-${1 + (index % 500)}&limit=1`,
  ],
  ['Audit: of the last half hour', 'controlCenter', () => `/audit/logs?from=${day(1 / 48)}&limit=100`],
  [
    'Audit: of one action, of the last half hour',
    'controlCenter',
    () => `/audit/logs?action=task.cancel&from=${day(1 / 48)}&limit=100`,
  ],
  ['Audit: heads', 'controlCenter', () => '/audit/heads?limit=1'],
];

/** The third of the users in the history. */
const USER = 'c81e728d-9d4c-4f63-8f06-7f89cc14862c';

/** The slowest twentieth of the requests characterizes an endpoint. */
export function endpointWorks(little: Site, much: Site): Work[] {
  return ENDPOINTS.map(([title, service, pathOf]) => ({
    id: title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-'),
    title,
    unit: 'ms, 95th percentile',
    better: 'less',
    contenders: together([nameOf(little), nameOf(much)], () => timesOf([little, much], service, pathOf)),
    bars: [{ of: nameOf(much), against: nameOf(little), atMost: 1.5 }],
  }));
}

const nameOf = ({ count }: Site) => `after ${count.toLocaleString('en-US')} tasks`;

/** Requests to both in turn, so that other load on the machine affects both. */
async function timesOf(
  sites: readonly Site[],
  service: Service,
  pathOf: PathOf,
): Promise<Record<string, number>> {
  const times = sites.map((): number[] => []);
  for (let index = 0; index < REQUESTS; index++) {
    for (const [which, site] of sites.entries()) {
      const base = service === 'orchestrator' ? site.orchestratorUrl : site.controlCenterUrl;
      const path = pathOf(site, index);
      const start = performance.now();
      const { status, text } = await request(base, 'GET', path, undefined, site.token);
      times[which]!.push(performance.now() - start);
      if (status !== 200) throw new Error(`${path} was answered with ${status}: ${text.slice(0, 500)}`);
    }
  }
  return Object.fromEntries(sites.map((site, which) => [nameOf(site), percentile(times[which]!, 0.95)]));
}
