import { describe, expect, it } from '@jest/globals';
import { canonicalUsername } from './username.js';

describe('canonicalUsername', () => {
  it.each([
    ['admin', 'admin'],
    ['ADMIN', 'admin'],
    ['ａｄｍｉｎ', 'admin'],
    ['ops@example.com', 'ops@example.com'],
    ['0-day_x.y', '0-day_x.y'],
    ['a'.repeat(63), 'a'.repeat(63)],
  ])('folds %s to %s', (text, canonical) => {
    expect(canonicalUsername(text)).toBe(canonical);
  });

  it.each([
    '',
    'a',
    'a'.repeat(64),
    ' admin',
    'admin ',
    'ad min',
    '-admin',
    'admin\0',
    'admin\n',
    'аdmin',
    'x'.repeat(100_000),
  ])('has no user for %j', (text) => {
    expect(canonicalUsername(text)).toBeUndefined();
  });
});
