import { describe, expect, it } from '@jest/globals';
import { maskArguments } from './task.js';

describe('the shown arguments of a task', () => {
  it.each([
    [
      ['--password', 'hunter2', '--infra', 'x'],
      ['--password', '***', '--infra', 'x'],
    ],
    [
      ['--api-key=abc', '-token', 't'],
      ['--api-key=***', '-token', '***'],
    ],
    [['mysql --db-password=hunter2 -u root'], ['mysql --db-password=*** -u root']],
    [['deploy --secret hunter2 --to web-01'], ['deploy --secret *** --to web-01']],
    [
      ['--token', '--infra', 'x'],
      ['--token', '--infra', 'x'],
    ],
    [
      ['deploy a b', 'password'],
      ['deploy a b', 'password'],
    ],
  ])('%j', (args, shown) => {
    expect(maskArguments(args)).toEqual(shown);
  });
});
