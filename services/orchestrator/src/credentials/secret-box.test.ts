import { expect, it } from '@jest/globals';
import { createKeyring } from '@provisioning/auth-token';
import { SecretBox } from './secret-box.js';

const [OLD, NEW] = ['the-old-secret-of-all-tokens-is-long', 'the-new-secret-of-all-tokens-is-long'];
const box = (...secrets: [string, ...string[]]) => new SecretBox(createKeyring(secrets), 'test');

it('opens a sealed secret for its owner only', () => {
  const sealed = box(OLD).seal('hunter2', 'a');
  expect(sealed).not.toContain('hunter2');
  expect(box(OLD).seal('hunter2', 'a')).not.toBe(sealed);
  expect(box(OLD).open(sealed, 'a')).toBe('hunter2');
  expect(box(OLD).open(sealed, 'b')).toBeUndefined();
  expect(new SecretBox(createKeyring([OLD]), 'other').open(sealed, 'a')).toBeUndefined();
});

it('opens secrets that were sealed under an earlier accepted key', () => {
  const sealed = box(OLD).seal('hunter2', 'a');
  expect(box(NEW, OLD).open(sealed, 'a')).toBe('hunter2');
  expect([box(NEW, OLD).isCurrent(sealed), box(OLD).isCurrent(sealed)]).toEqual([false, true]);
  expect(box(NEW).open(sealed, 'a')).toBeUndefined();
});

it('does not open a changed secret', () => {
  const sealed = box(OLD).seal('hunter2', 'a');
  for (const changed of [`${sealed.slice(0, -2)}AA`, sealed.slice(0, 30), 'nonsense', ''])
    expect(box(OLD).open(changed, 'a')).toBeUndefined();
});
