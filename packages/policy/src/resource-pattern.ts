import { RESOURCE_TYPES } from './policy.js';

/** `*` alone, `type:*`, or `type:id` with at most one trailing `*`. Case-sensitive, no regular expressions. */
const PATTERN = /^([a-z]+):(\*|[^\s*:\p{Cc}][^\s*:\p{Cc}]*\*?)$/u;

/** @returns whether a resource matches; undefined when the pattern is not one. */
export function compileResource(pattern: string): ((resource: string) => boolean) | undefined {
  if (pattern === '*') return () => true;
  const type = PATTERN.exec(pattern)?.[1];
  if (type === undefined || !(RESOURCE_TYPES as readonly string[]).includes(type)) return undefined;
  if (!pattern.endsWith('*')) return (resource) => resource === pattern;
  const prefix = pattern.slice(0, -1);
  return (resource) => resource.startsWith(prefix);
}
