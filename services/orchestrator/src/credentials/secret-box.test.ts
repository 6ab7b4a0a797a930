import { expect, it } from '@jest/globals';
import { createKeyring } from '@provisioning/auth-token';
import { SecretBox } from './secret-box.js';

const [OLD, NEW] = ['the-old-secret-of-all-tokens-is-long', 'the-new-secret-of-all-tokens-is-long'];
const box = (...secrets: [string, ...string[]]) => new SecretBox(createKeyring(secrets), 'test');

it('opens what it sealed, for its owner, and for nobody else', () => {
  const sealed = box(OLD).seal('hunter2', 'a');
  expect(sealed).not.toContain('hunter2');
  expect(box(OLD).seal('hunter2', 'a')).not.toBe(sealed);
  expect(box(OLD).open(sealed, 'a')).toBe('hunter2');
  expect(box(OLD).open(sealed, 'b')).toBeUndefined();
  expect(new SecretBox(createKeyring([OLD]), 'other').open(sealed, 'a')).toBeUndefined();
});

it('opens what was sealed under the key before, as long as that is accepted', () => {
  const sealed = box(OLD).seal('hunter2', 'a');
  expect(box(NEW, OLD).open(sealed, 'a')).toBe('hunter2');
  expect([box(NEW, OLD).isCurrent(sealed), box(OLD).isCurrent(sealed)]).toEqual([false, true]);
  expect(box(NEW).open(sealed, 'a')).toBeUndefined();
});

it('opens nothing that was changed', () => {
  const sealed = box(OLD).seal('hunter2', 'a');
  for (const changed of [`${sealed.slice(0, -2)}AA`, sealed.slice(0, 30), 'nonsense', ''])
    expect(box(OLD).open(changed, 'a')).toBeUndefined();
});
