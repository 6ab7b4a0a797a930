import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { call, dataOf } from '../support/call.js';
import { startPlatform, type RunningPlatform } from '../support/running-platform.js';
import { FuzzedService } from './service.js';
import { operationsOf, requestsFor } from './requests.js';
import type { Json } from './values.js';

/** Requests for each operation; the same ones each time, others with `FUZZ_SEED`, new ones with `FUZZ_SEED=random`. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 10);
const WANTED_SEED = process.env['FUZZ_SEED'] ?? '77';
const SEED = WANTED_SEED === 'random' ? Date.now() % 2 ** 31 : Number(WANTED_SEED);
/** Each attempt costs the bcrypt of a password. */
const SLOW = new Set(['login', 'createUser', 'updateUser', 'changePassword']);
const PASSWORD = 'quartz-meadow-lantern-7';
/** Answered by something other than JSON over HTTP. */
const BESIDE = new Set(['connectWebSocket', 'followEvents']);
/** They hold all work and drain the worker: what comes after them is refused or waits. */
const LAST = new Set(['drainWorker', 'holdWork', 'releaseWork']);

const SERVICES = ['orchestrator', 'control-center'] as const;
const documentOf = (service: string): Json =>
  JSON.parse(
    readFileSync(join(import.meta.dirname, `../../packages/contracts/openapi/${service}.json`), 'utf8'),
  ) as Json;

let platform: RunningPlatform;
let admin: { id: string; signIn(): Promise<string> };

beforeAll(async () => {
  platform = await startPlatform({ RATE_LIMIT_BATCH: '0' });
  const control = <Data>(path: string, body: object, bearer?: string) =>
    dataOf<Data>(call(`${platform.controlCenterUrl}${path}`, { body, bearer }));
  const signIn = (username: string, password: string) =>
    control<{ token: string; user: { id: string } }>('/auth/login', { username, password });
  const { user, token } = await signIn('admin', platform.adminPassword);
  // Another admin each time: requests lock accounts, change passwords and remove roles.
  let admins = 0;
  admin = {
    id: user.id,
    signIn: async () => {
      const username = `fuzzed-${(admins += 1)}`;
      const body = { username, email: `${username}@example.com`, password: PASSWORD, roles: ['admin'] };
      await control('/users', body, token);
      return (await signIn(username, PASSWORD)).token;
    },
  };
});
afterAll(() => platform.stop());

describe.each(SERVICES)('the contract of the %s, for any requests', (service) => {
  const document = documentOf(service);
  const all = operationsOf(document).filter(({ operationId }) => !BESIDE.has(operationId));
  const operations = [
    ...all.filter(({ operationId }) => !LAST.has(operationId)),
    ...all.filter(({ operationId }) => LAST.has(operationId)),
  ];
  const statuses = new Map<number, number>();
  let fuzzed: FuzzedService;

  beforeAll(() => {
    const url = service === 'orchestrator' ? platform.orchestratorUrl : platform.controlCenterUrl;
    fuzzed = new FuzzedService(url, document, admin);
  });
  afterAll(() => {
    const counted = [...statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${status}: ${count}`);
    process.stdout.write(`${service}, seed ${SEED}: ${counted.join(', ')}\n`);
  });

  it.each(operations.map((operation) => [operation.operationId, operation] as const))(
    'is kept by %s',
    async (operationId, operation) => {
      const numRuns = SLOW.has(operationId) ? Math.ceil(RUNS / 3) : RUNS;
      await fc.assert(
        fc.asyncProperty(requestsFor(operation, document), async (request) => {
          const { fault, answer } = await fuzzed.ask(operation, request);
          statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
          if (fault !== undefined)
            throw new Error(
              `${operation.method} ${operation.path}: ${fault}\n${answer.text.slice(0, 1_000)}`,
            );
        }),
        { numRuns, seed: SEED, endOnFailure: process.env['FUZZ_SHRINK'] === undefined },
      );
    },
  );

  it('was tested with valid and invalid requests', () => {
    const kinds = new Set([...statuses.keys()].map((status) => Math.floor(status / 100)));
    expect(kinds).toEqual(new Set([...kinds, 2, 4]));
  });
});
