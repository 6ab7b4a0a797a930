import { expect, it } from '@jest/globals';
import { preferencesOf } from './preferences.js';

it.each([
  [undefined, {}],
  ['', {}],
  ['respond-async', { 'respond-async': '' }],
  ['Respond-Async, wait=10', { 'respond-async': '', wait: '10' }],
  ['wait = 5 , wait=6', { wait: '5' }],
  [
    'note="a, respond-async"; kind="x, y", policy-format=2',
    { note: 'a, respond-async', 'policy-format': '2' },
  ],
  ['handling=lenient; strict=no', { handling: 'lenient' }],
  [' , ,respond-async', { 'respond-async': '' }],
  ['not-respond-async', { 'not-respond-async': '' }],
])('reads %j', (header, preferences) => {
  expect(Object.fromEntries(preferencesOf(header))).toEqual(preferences);
});

it('reads a long header without a preference quickly', () => {
  expect(preferencesOf(`a${' '.repeat(50_000)}"`).size).toBe(0);
});
