import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
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
// Of a request, only these are asked about.
const request = { ip: '127.0.0.1', method: 'POST', path: '/batch/execute' } as Request;
const question = (infra: string) => ({
  action: 'create' as const,
  resource: `servers:${infra}`,
  context: {},
});

const unhandled = jest.fn();
beforeEach(() => void process.on('unhandledRejection', unhandled));
afterEach(() => void process.off('unhandledRejection', unhandled));

it('fails as one where none of several decisions can be kept, and leaves no rejection without a handler', async () => {
  const authorizer = async ({ resource }: { resource: string }): Promise<boolean> => {
    // The first one fails when the others have failed long since.
    if (resource === 'servers:a') for (let turns = 0; turns < 3; turns++) await turn();
    throw new Error('Postgres is away');
  };
  const questions = ['a', 'b', 'c'].map(question);
  await expect(authorize(authorizer, questions, principal, request)).rejects.toThrow('Postgres is away');
  expect(unhandled).not.toHaveBeenCalled();
});
