import { expect, it } from '@jest/globals';
import { knownFlags } from './node-flags.js';

it('leaves out the flags that this Node.js does not know, and those alone', () => {
  const flags = ['--max-semi-space-size=1', '--no-such-flag-of-v8', '--single-threaded'];
  expect(knownFlags(flags)).toEqual(['--max-semi-space-size=1', '--single-threaded']);
  expect(knownFlags(flags)).toEqual(['--max-semi-space-size=1', '--single-threaded']);
});
