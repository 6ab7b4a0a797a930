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
  const authorizer = async ({ resource }: { resource: string }): Promise<boolean> => {
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
