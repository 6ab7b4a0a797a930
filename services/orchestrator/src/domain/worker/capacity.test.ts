import { expect, it } from '@jest/globals';
import { remaining } from './capacity.js';

it('limits commands, operations and all tasks', () => {
  const limits = { commands: 2, operations: 8, total: 9 };
  expect(remaining(limits, { commands: 0, operations: 0 })).toEqual({ commands: 2, operations: 8, total: 9 });
  expect(remaining(limits, { commands: 2, operations: 1 })).toEqual({ commands: 0, operations: 7, total: 6 });
  expect(remaining(limits, { commands: 1, operations: 8 })).toEqual({ commands: 1, operations: 0, total: 0 });
});

it('is never below 0 when more tasks run than the limits allow', () => {
  const limits = { commands: 1, operations: 1, total: 1 };
  expect(remaining(limits, { commands: 3, operations: 0 })).toEqual({ commands: 0, operations: 1, total: 0 });
});
