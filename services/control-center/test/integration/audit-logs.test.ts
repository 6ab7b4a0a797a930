import { createKeyring, issueServiceToken } from '@provisioning/auth-token';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { auditLines } from '../support/audit-reader.js';
import { JWT_SECRET, startTestApi, type TestApi } from '../support/test-api.js';

type Entry = Record<string, string | null>;

const ANN = '0199a8f2-0000-7000-8000-00000000000a';
const BEN = '0199a8f2-0000-7000-8000-00000000000b';

describe('audit logs', () => {
  let service: TestApi;
  let token: string;
  beforeAll(async () => {
    service = await startTestApi();
    token = await service.token();
    await send(
      entry({ user_id: ANN, timestamp: '2026-01-01T10:00:00Z' }),
      entry({ user_id: BEN, timestamp: '2026-01-02T00:00:00Z', resource: 'servers/db-01' }),
      entry({ user_id: ANN, timestamp: '2026-01-03T10:00:00.5+02:00', action: 'server.delete' }),
    ).expect(200);
  });
  afterAll(() => service.close());

  const entry = (changes: Entry = {}): Entry => ({
    event_id: uuidv7(),
    timestamp: '2026-01-01T00:00:00.000Z',
    service: 'orchestrator',
    user_id: null,
    username: null,
    session_id: null,
    ip: null,
    request_id: null,
    action: 'server.create',
    resource: 'servers/web-01',
    result: 'success',
    details: '{"infra":"production","plan":"1xCPU-2 GB"}',
    ...changes,
  });
  const serviceToken = () => issueServiceToken(createKeyring([JWT_SECRET]), 'orchestrator');
  const send = (...entries: Entry[]) =>
    service.internal.post('/internal/audit').auth(serviceToken(), { type: 'bearer' }).send({ entries });
  const get = (query: string, accept = 'application/json') =>
    service.http.get(`/audit/logs${query}`).auth(token, { type: 'bearer' }).set('Accept', accept);
  const lines = (query: string) => auditLines(service, token, query);
  const times = async (query: string) => (await lines(query)).map(({ timestamp }) => timestamp);

  const FIRST = '2026-01-01T10:00:00.000Z';
  const SECOND = '2026-01-02T00:00:00.000Z';
  const THIRD = '2026-01-03T08:00:00.500Z';

  it.each([
    [`?user_id=${ANN}`, [THIRD, FIRST]],
    ['?action=server.delete', [THIRD]],
    ['?resource=servers/web-01', [THIRD, FIRST]],
    [`?user_id=${ANN}&action=server.create&resource=servers/web-01`, [FIRST]],
    ['?action=server.create&from=2026-01-02', [SECOND]],
    ['?from=2026-01-01T10:00:00Z&to=2026-01-02', [SECOND, FIRST]],
    ['?from=2026-01-01T12:00:01%2B02:00&to=2026-01-02T23:59:59Z', [SECOND]],
    ['?from=2026-01-01&to=2026-01-01', [FIRST]],
    ['?from=2026-01-03&to=2026-01-03', [THIRD]],
    ['?from=2026-01-02T00:00:00Z&to=2026-01-02T00:00:00Z', [SECOND]],
    ['?to=2026-02-01&limit=2', [THIRD, SECOND]],
    ['?to=2026-02-01&limit=1&offset=1', [SECOND]],
    ['?action=server.restore', []],
  ])('are found by %s, newest first', async (query, expected) => {
    const { headers } = await get(query).expect(200);
    expect(await times(query)).toEqual(expected);
    const unpaged = query.replaceAll(/&(limit|offset)=\d+/g, '');
    expect(headers['x-total-count']).toBe(String((await times(unpaged)).length));
  });

  it('are counted, and paged by number while more are appended', async () => {
    const before = await lines('?limit=3');
    const total = Number((await get('?limit=1').expect(200)).headers['x-total-count']);
    expect(total).toBeGreaterThan(before[0]!.seq);
    await send(entry()).expect(200);
    const last = before.at(-1)!.seq;
    const next = await lines(`?limit=2&before=${last}`);
    expect(next.map(({ seq }) => seq)).toEqual([last - 1, last - 2]);
    const newer = await lines(`?after=${last}&action=server.delete`);
    expect(newer.map(({ seq }) => seq)).toEqual([]);
  });

  it.each([
    'from=2025-02-30',
    'to=2025-13-01',
    'from=yesterday',
    'to=2025-01-01T25:00:00Z',
    'from=2016-12-31T23:59:60Z',
    'from=2026-01-02&to=2026-01-01',
    'from=2026-01-01T10:00:01Z&to=2026-01-01T10:00:00Z',
    'from=2026-01-01T12:00:00+02:00',
    'action=%00',
    'resource=%ff',
    'user_id=1',
    'limit=1001',
    'action=',
    'before=x',
    'until=2025-01-01',
  ])('are not searched with %s', async (query) => {
    const { body } = await get(`?${query}`).expect(400);
    expect(body).toMatchObject({ success: false, code: 'bad_parameter' });
  });

  it('are exported as JSON Lines, oldest first, with the text that was hashed', async () => {
    const answer = await get('?to=2026-02-01', 'application/x-ndjson').buffer(true).expect(200);
    expect(answer.headers['content-type']).toContain('application/x-ndjson');
    expect(answer.headers['content-disposition']).toContain('audit.jsonl');
    const records = answer.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(records.map(({ timestamp }) => timestamp).slice(0, 3)).toEqual([FIRST, SECOND, THIRD]);
    expect(records[0]).toMatchObject({
      user_id: ANN,
      details: { infra: 'production', plan: '1xCPU-2 GB' },
      details_text: '{"infra":"production","plan":"1xCPU-2 GB"}',
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('are exported as CSV in which no cell is a formula', async () => {
    const resources = ['=1+1', '+1', '-1', '@sum', '\tx', 'a "quoted", b'];
    await send(...resources.map((resource) => entry({ action: 'csv.test', resource }))).expect(200);
    const answer = await get('?action=csv.test', 'text/csv').buffer(true).expect(200);
    expect(answer.headers['content-type']).toContain('text/csv');
    const [head, ...rows] = answer.text.trimEnd().split('\r\n');
    expect(head).toBe(
      'seq,id,timestamp,service,user_id,username,session_id,ip,request_id,action,resource,result,details,prev_hash,hash',
    );
    expect(rows.map((row) => /csv\.test,(.*),success,/.exec(row)?.[1])).toEqual([
      "'=1+1",
      "'+1",
      "'-1",
      "'@sum",
      "'\tx",
      '"a ""quoted"", b"',
    ]);
  });

  it('record who exported them', async () => {
    await get('?action=none.such', 'text/csv').expect(200);
    expect((await lines('?action=audit.export'))[0]).toMatchObject({
      username: 'admin',
      details: { action: 'none.such', format: 'text/csv' },
    });
  });

  it('are for auditors and admins only', async () => {
    const make = async (role: string) => {
      const user = { username: role, email: `${role}@example.com`, password: 'secure_password' };
      await service.http
        .post('/users')
        .auth(token, { type: 'bearer' })
        .send({ ...user, roles: [role], enabled: true })
        .expect(201);
      return service.token(role, user.password);
    };
    for (const [role, status] of [
      ['auditor', 200],
      ['operator', 403],
    ] as const) {
      const theirs = await make(role);
      await service.http.get('/audit/logs').auth(theirs, { type: 'bearer' }).expect(status);
    }
    await service.http.get('/audit/logs').expect(401);
  });

  it('arrive from the orchestrator once, however often they are sent, and in their order', async () => {
    const entries = Array.from({ length: 1000 }, (_, n) =>
      entry({ action: 'sent.twice', request_id: `n${n}` }),
    );
    const { body } = await send(...entries.slice(0, 400)).expect(200);
    expect(body).toEqual({ success: true, data: { kept: 400 } });
    const answers = await Promise.all([send(...entries), send(...entries), send(...entries)]);
    const kept = answers.map(({ body: { data } }: { body: { data: { kept: number } } }) => data.kept);
    expect(kept.sort((a, b) => a - b)).toEqual([0, 0, 600]);
    const found = await lines('?action=sent.twice&limit=1000');
    expect(found.map(({ request_id }) => request_id).reverse()).toEqual(
      entries.map((one) => one['request_id']),
    );
  });

  it('accept any record of the orchestrator, and mask the secrets in it', async () => {
    await send(
      entry({ action: 'odd.1', details: '[1]' }),
      entry({ action: 'odd.2', details: '{"token":"abc","n":1e2}', username: 'a\0b' }),
      entry({ action: 'odd.3', details: 'no JSON', resource: '\ud800' }),
    ).expect(200);
    expect((await lines('?action=odd.1'))[0]!.details).toEqual({ unreadable: '[1]' });
    expect((await lines('?action=odd.2'))[0]!.details).toEqual({ token: '[redacted]', n: 100 });
    expect((await lines('?action=odd.3'))[0]!).toMatchObject({ resource: '\ufffd' });
  });

  it('keep their content when another one arrives under their id, which is a recorded conflict', async () => {
    const [first, second, third] = [
      entry({ action: 'twice.1' }),
      entry({ action: 'twice.2' }),
      entry({ action: 'twice.3' }),
    ];
    await send(first).expect(200);
    const changed = { ...first, result: 'denied' };
    const twiceInOne = { ...third, details: '{"other":true}' };
    for (const round of [1, 2]) {
      const { body } = await send(first, changed, second, third, twiceInOne).expect(409);
      expect(body).toMatchObject({
        code: 'audit_event_conflict',
        details: [
          { path: first.event_id, message: expect.any(String) },
          { path: third.event_id, message: expect.any(String) },
        ],
      });
      expect(await lines('?action=audit.conflict')).toHaveLength(2);
      expect([round, (await lines('?action=twice.1'))[0]!.result]).toEqual([round, 'success']);
    }
    // New events are stored, and repeating them causes no conflict.
    await send(first, second, third).expect(200);
    for (const action of ['twice.2', 'twice.3']) expect(await lines(`?action=${action}`)).toHaveLength(1);
    const [report] = await lines(`?resource=audit/${first.event_id}`);
    expect(report).toMatchObject({
      result: 'failure',
      service: 'control-center',
      details: { from: 'orchestrator' },
    });
  });

  it('are accepted from the orchestrator only', async () => {
    await service.internal
      .post('/internal/audit')
      .send({ entries: [entry()] })
      .expect(401);
    await service.internal
      .post('/internal/audit')
      .auth(token, { type: 'bearer' })
      .send({ entries: [entry()] })
      .expect(401);
    await send({ ...entry(), result: 'maybe' }).expect(422);
    await send(...Array.from({ length: 1001 }, () => entry())).expect(422);
  });
});
