import { expect, it } from '@jest/globals';
import { reasonOf } from './why.js';

it('says when a task is tried again, by the clock that the user prefers', () => {
  const clock = (at: string) => `<${at}>`;
  expect(reasonOf({ reason: 'retry', at: '2026-01-01T00:00:00Z' }, clock)).toBe(
    'It failed and is tried again at <2026-01-01T00:00:00Z>.',
  );
});
