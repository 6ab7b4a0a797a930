import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Request } from 'express';
import { authorize } from './authorize.js';

const principal = {
  id: 'u',
  username: 'u',
  email: '',
  roles: [],
  sessionId: null,
  tokenId: 't',
  expiresAt: 0,
};
// The fields of a request that are read.
const request = { ip: '127.0.0.1', method: 'POST', path: '/batch/execute' } as Request;
const question = (infra: string) => ({
  action: 'create' as const,
  resource: `servers:${infra}`,
  context: {},
});

const unhandled = jest.fn();
beforeEach(() => void process.on('unhandledRejection', unhandled));
afterEach(() => void process.off('unhandledRejection', unhandled));

it('fails once when several decisions cannot be recorded, and leaves no unhandled rejection', async () => {
  const authorizer = async ({ resource }: { resource: string }): Promise<never> => {
    // The first one fails after all the others.
    if (resource === 'servers:a') for (let turns = 0; turns < 3; turns++) await turn();
    throw new Error('Postgres is unavailable');
  };
  const questions = ['a', 'b', 'c'].map(question);
  await expect(authorize(authorizer, questions, principal, request)).rejects.toThrow(
    'Postgres is unavailable',
  );
  expect(unhandled).not.toHaveBeenCalled();
});

describe('approvals that are missing', () => {
  const requirement = {
    policyId: 'p-1',
    policy: 'prod',
    index: 2,
    count: 2,
    roles: ['lead'],
    distinctFrom: ['submitter'] as const,
    expiresIn: 60,
  };
  /** Servers of these infras need approval, and those of `denied` are refused. */
  const asking = (...infras: string[]) =>
    authorize(
      ({ resource }) => ({ yes: false, approvals: resource === 'servers:denied' ? [] : [requirement] }),
      infras.map(question),
      principal,
      request,
    );

  it.each([[['a']], [['a', 'b']]])('are named once in the answer for %j', async (infras) => {
    const refused = await Promise.resolve()
      .then(() => asking(...infras))
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({
      kind: 'forbidden',
      code: 'approval_required',
      extra: {
        decision_id: expect.any(String),
        approvals: [
          {
            policy_id: 'p-1',
            policy: 'prod',
            rule: 2,
            count: 2,
            roles: ['lead'],
            distinct_from: ['submitter'],
            expires_in: 60,
          },
        ],
      },
    });
  });

  it('are not mentioned where something is denied', async () => {
    await expect(asking('a', 'denied')).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('create servers:denied.'),
    });
  });
});
