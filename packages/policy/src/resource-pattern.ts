import { LIMITS } from './limits.js';
import { isResourceType, RESOURCE_TYPES, type ResourceType } from './policy.js';

/** The resource of a request, `type:id`. */
export interface Resource {
  type: ResourceType;
  id: string;
}

/** What the `resource` of a rule matches. */
export interface ResourcePattern {
  /** `*` for every type. */
  type: ResourceType | '*';
  matches(id: string): boolean;
  /** As written. */
  text: string;
}

/** Whether `outer` matches everything that `inner` matches; both as written in rules. */
export function contains(outer: string, inner: string): boolean {
  const [whole, part] = [stemOf(outer), stemOf(inner)];
  return whole.open ? part.stem.startsWith(whole.stem) : !part.open && part.stem === whole.stem;
}

/** Whether an object can match both; both as written in rules. */
export function overlaps(one: string, other: string): boolean {
  const [a, b] = [stemOf(one), stemOf(other)];
  return (a.open && b.stem.startsWith(a.stem)) || (b.open && a.stem.startsWith(b.stem)) || a.stem === b.stem;
}

/** The type of everything that a pattern (as written in a rule) matches; `*` where there may be several. */
export function typeOfPattern(pattern: string): ResourceType | '*' {
  const [type] = splitAtColon(pattern);
  return isResourceType(type) ? type : '*';
}

/** The text before the `*`, including the type and its colon; `open` when there is one. */
function stemOf(pattern: string): { stem: string; open: boolean } {
  const open = pattern.endsWith('*');
  return { stem: open ? pattern.slice(0, -1) : pattern, open };
}

const FORMS = 'it is *, type:*, type:prefix* or type:id';

/** @returns the resource, or undefined when it is not `type:id` with a known type. */
export function parseResource(text: string): Resource | undefined {
  const [type, id] = splitAtColon(text);
  return isResourceType(type) && id !== undefined && isId(id) ? { type, id } : undefined;
}

/**
 * Case-sensitive; no regular expressions, and `*` only as the last character.
 * @returns the pattern, or what is wrong with it.
 */
export function parseResourcePattern(text: string): ResourcePattern | string {
  if (text === '*') return { type: '*', matches: () => true, text };
  const [type, id] = splitAtColon(text);
  if (id === undefined) return `${JSON.stringify(text)} has no type: ${FORMS}`;
  if (!isResourceType(type)) {
    return `${JSON.stringify(type)} is no type of resource: there are ${RESOURCE_TYPES.join(', ')}`;
  }
  if (id === '') return `nothing follows ${type}: — for all of them write ${type}:*`;
  if (!isId(id)) {
    return `${JSON.stringify(text)} has blanks at an end, control characters or more than ${LIMITS.string} characters`;
  }
  const star = id.indexOf('*');
  if (star === -1) return { type, matches: (candidate) => candidate === id, text };
  if (star < id.length - 1) {
    return `${JSON.stringify(text)} has a * that is not its last character: ${FORMS}`;
  }
  const prefix = id.slice(0, -1);
  return { type, matches: (candidate) => candidate.startsWith(prefix), text };
}

function splitAtColon(text: string): [type: string, id: string | undefined] {
  const colon = text.indexOf(':');
  return colon === -1 ? [text, undefined] : [text.slice(0, colon), text.slice(colon + 1)];
}

function isId(id: string): boolean {
  return id !== '' && id.length <= LIMITS.string && id.trim() === id && !/\p{Cc}/u.test(id);
}
