import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  controlCenterInternalOperations,
  controlCenterOperations,
  orchestratorOperations,
  type AnyOperation,
} from '@provisioning/contracts';
import type { Answer } from '../support/call.js';
import { startPlatform, type RunningPlatform } from '../support/running-platform.js';
import { Callers } from './callers.js';
import { CALLERS, readMatrix, writeMatrix, type Caller, type Row, type Verdict } from './matrix.js';
import { idOf, requestFor } from './requests.js';

const JWT_SECRET = 'of-the-access-matrix-0123456789abcdefghij';
/** Set by `npm run generate`: this run writes the matrix instead of comparing it. */
const WRITE = process.env['WRITE_ACCESS_MATRIX'] === 'true';
/** Codes of refusals of the token itself, for every operation. */
const REFUSED_TOKEN = new Set(['token_missing', 'token_invalid', 'token_expired', 'token_revoked']);

const inOrder: readonly AnyOperation[] = [
  ...orchestratorOperations,
  ...controlCenterOperations,
  ...controlCenterInternalOperations,
];
/** These come last: they hold and release all work, and end the sessions that the others use. */
const LAST = ['holdWork', 'releaseWork', 'endOtherSessions', 'logout'];
const operations = [...inOrder].sort((a, b) => LAST.indexOf(a.id) - LAST.indexOf(b.id));
const seen = new Map<string, Partial<Row>>();
const matrix: ReadonlyMap<string, Partial<Row>> = WRITE ? seen : readMatrix();

describe('docs/reference/access-matrix.md (if it is stale, run `npm run generate`)', () => {
  describe('on the running platform', () => {
    let platform: RunningPlatform;
    let callers: Callers;
    beforeAll(async () => {
      platform = await startPlatform({ JWT_SECRET, RATE_LIMIT_BATCH: '0' });
      callers = new Callers(platform, JWT_SECRET);
      await callers.prepare();
    });
    afterAll(() => platform.stop());

    it.each(CALLERS)('is true for %s', async (caller) => {
      const differing: string[] = [];
      for (const operation of operations) {
        const answer = await callAs(caller, operation);
        const verdict = verdictOf(answer, caller === 'stranger' && asksForAnothers(operation));
        seen.set(operation.id, { ...seen.get(operation.id), [caller]: verdict });
        if (answer.status >= 500)
          differing.push(`${operation.id}: ${answer.status} ${JSON.stringify(answer.body)}`);
        else if (verdict !== matrix.get(operation.id)?.[caller])
          differing.push(
            `${operation.id}: ${verdict}, not ${matrix.get(operation.id)?.[caller] ?? 'in the matrix'}`,
          );
      }
      expect(differing).toEqual([]);
    });

    it('has a row for every route of both services, and no other', () => {
      const missing = operations.filter(({ id }) => !matrix.has(id)).map(({ id }) => id);
      const unknown = [...matrix.keys()].filter((id) => !operations.some((operation) => operation.id === id));
      expect({ missing, unknown }).toEqual({ missing: [], unknown: [] });
    });

    it('has not changed the objects that a stranger named', async () => {
      const { userId, tokenId } = callers.belongings!;
      const admin = await callers.signIn('admin', platform.adminPassword);
      const user = await callers.control('GET', `/users/${userId}`, admin);
      expect(user.body.data).toMatchObject({ roles: ['admin', 'operator'], enabled: true });
      const tokens = (await callers.control('GET', '/tokens', admin)).body.data as { id: string }[];
      expect(tokens.map(({ id }) => id)).toContain(tokenId);
    });

    afterAll(() => {
      if (WRITE) writeMatrix(new Map(inOrder.map(({ id }) => [id, seen.get(id) as Row])));
    });

    async function callAs(caller: Caller, operation: AnyOperation): Promise<Answer> {
      if (caller === 'service') callers.renewService();
      const send = operation.service === 'orchestrator' ? 'orchestrator' : 'control';
      const { path, body } = requestFor(operation, caller === 'stranger' ? callers.belongings : undefined);
      const answer = await callers[send](
        operation.method,
        path,
        callers.bearer(caller),
        bodyFor(operation, body),
      );
      if (operation.id === 'refresh' && answer.status === 200)
        callers.spare = (answer.body.data as { token: string }).token;
      return answer;
    }

    function asksForAnothers(operation: AnyOperation): boolean {
      return idOf(operation, callers.belongings!) !== undefined;
    }

    function bodyFor({ id }: AnyOperation, body: unknown): unknown {
      if (id === 'refresh') return { token: callers.spare };
      if (id === 'login') return { username: 'admin', password: platform.adminPassword };
      return body;
    }
  });
});

/**
 * @param anothers whether the request names another user's object, which does not exist for a stranger, like a route
 * that is not served
 */
function verdictOf({ status, body: { code = '' } }: Answer, anothers: boolean): Verdict {
  if (status === 401 && REFUSED_TOKEN.has(code)) return '401';
  if (status === 403) return '403';
  return status === 404 && (anothers || code === 'no_such_route') ? '404' : 'yes';
}
