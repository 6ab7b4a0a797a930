import { describe, expect, it } from '@jest/globals';
import { parseResource, parseResourcePattern } from './resource-pattern.js';

function matches(pattern: string, resource: string): boolean {
  const parsed = parseResourcePattern(pattern);
  const asked = parseResource(resource);
  if (typeof parsed === 'string') throw new Error(parsed);
  return (
    asked !== undefined && (parsed.type === '*' || parsed.type === asked.type) && parsed.matches(asked.id)
  );
}

describe('the resource of a rule', () => {
  it.each([
    ['*', 'servers:web-01', true],
    ['*', 'users:1', true],
    ['servers:*', 'servers:web-01', true],
    ['servers:*', 'servers:*', true],
    ['servers:*', 'taskservs:web-01', false],
    ['servers:*', 'servers-admin:x', false],
    ['servers:*', 'serversx:y', false],
    ['servers:*', 'Servers:web-01', false],
    ['servers:prod-*', 'servers:prod-1', true],
    ['servers:prod-*', 'servers:prod-', true],
    ['servers:prod-*', 'servers:prod', false],
    ['servers:prod-*', 'servers:PROD-1', false],
    ['servers:prod-*', 'servers:*', false],
    ['servers:prod', 'servers:prod', true],
    ['servers:prod', 'servers:prod-1', false],
    ['servers:a.c', 'servers:abc', false],
    ['taskservs:prod/*', 'taskservs:prod/kubernetes', true],
    ['taskservs:prod/*', 'taskservs:production/kubernetes', false],
    ['batches:a:b', 'batches:a:b', true],
  ])('%s against %s: %s', (pattern, resource, expected) => {
    expect(matches(pattern, resource)).toBe(expected);
  });

  it.each([
    ['', 'has no type'],
    ['**', 'has no type'],
    ['servers', 'has no type'],
    ['servers/web-01', 'has no type'],
    ['*:x', '"*" is no type of resource'],
    ['*:*', '"*" is no type of resource'],
    ['ser*ers:x', '"ser*ers" is no type of resource'],
    ['Servers:x', 'there are servers, taskservs'],
    ['__proto__:x', 'is no type of resource'],
    ['servers:', 'for all of them write servers:*'],
    ['servers:**', 'a * that is not its last character'],
    ['servers:a*b', 'a * that is not its last character'],
    ['servers:*-prod', 'a * that is not its last character'],
    ['servers: a', 'blanks at an end'],
    ['servers:a\u0000', 'control characters'],
    ['servers:a\nb', 'control characters'],
    [`servers:${'a'.repeat(513)}`, 'more than 512 characters'],
  ])('refuses %j', (pattern, reason) => {
    expect(parseResourcePattern(pattern)).toContain(reason);
  });
});

describe('the resource of a request', () => {
  it.each(['', 'servers', 'servers:', ':x', 'nothing:x', 'constructor:x', `servers:${'a'.repeat(513)}`])(
    'is not %j',
    (text) => expect(parseResource(text)).toBeUndefined(),
  );
});
