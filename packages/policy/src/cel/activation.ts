import { celError, celList, celMap, type CelInput } from '@bufbuild/cel';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import type { DecisionRequest, Principal } from '../decision.js';
import type { Resource } from '../resource-pattern.js';
import { ROLE_MAP } from './roles.js';

/** The values of a condition's variables. */
export type Activation = Record<string, CelInput>;

/**
 * All values are in maps without prototypes, so only the given attributes exist. `user.role` is not among them: each
 * allowed use of it has been replaced by a lookup of roles.
 */
export function activationOf(
  { principal, action, request, context }: DecisionRequest,
  resource: Resource,
): Activation {
  const { time, ip, method, path } = request;
  const values: Activation = {
    ...userValues(principal),
    ...thingValues(resource, action, context),
    request: attributes({ time: timestampFromDate(time), ip, method, path }),
  };
  // Safe cast: an object without members is an empty activation.
  return Object.assign(Object.create(null) as Activation, values);
}

/**
 * Only the user is known; every other variable is an error. A condition that is true or false nevertheless has that
 * outcome for every request: no operator turns an error into a value unless its other operand alone decides. The
 * variables must exist: `has` of a missing one is false, which would count as known.
 */
export function activationOfUser(principal: Principal): Activation {
  // Safe cast: an error is a value of CEL, which its type of inputs leaves out.
  const unknown = celError('not known beforehand') as unknown as CelInput;
  const rest = { resource: unknown, action: unknown, request: unknown, context: unknown };
  // Safe cast: an object without members is an empty activation.
  return Object.assign(Object.create(null) as Activation, userValues(principal), rest);
}

/**
 * As {@link activationOfUser}, but the type of the resource is known too (`*` for any type). `id` and `name` are errors
 * in the map: `has` of a missing one would be false, which would count as known.
 */
export function activationOfScope(principal: Principal, type: Resource['type'] | '*'): Activation {
  const activation = activationOfUser(principal);
  if (type === '*') return activation;
  // Safe cast: an error is a value of CEL, which its type of inputs leaves out.
  const unknown = celError('not known beforehand') as unknown as CelInput;
  return Object.assign(activation, { resource: attributes({ type, id: unknown, name: unknown }) });
}

/** The opposite: the question, the method and the time are known, but neither the user nor the address. */
export function activationOfQuestion(
  { action, request, context }: Pick<DecisionRequest, 'action' | 'request' | 'context'>,
  resource: Resource,
): Activation {
  // Safe cast: an error is a value of CEL, which its type of inputs leaves out.
  const unknown = celError('not known here') as unknown as CelInput;
  const { time, method, path } = request;
  const values: Activation = {
    ...thingValues(resource, action, context),
    request: attributes({ time: timestampFromDate(time), ip: unknown, method, path }),
    user: unknown,
    [ROLE_MAP]: unknown,
  };
  // Safe cast: an object without members is an empty activation.
  return Object.assign(Object.create(null) as Activation, values);
}

function thingValues(resource: Resource, action: string, context: DecisionRequest['context']): Activation {
  return { resource: attributes({ ...resource, ...nameOf(resource) }), action, context: toCel(context) };
}

function userValues({ id, username, email, roles }: Principal): Activation {
  return {
    user: attributes({ id, username, email, roles: celList([...roles]) }),
    [ROLE_MAP]: celMap(new Map(roles.map((role) => [role, true]))),
  };
}

/** `taskservs:production/kubernetes` is named `kubernetes`. */
function nameOf({ id }: Resource): { name?: string } {
  const slash = id.lastIndexOf('/');
  return slash === -1 ? {} : { name: id.slice(slash + 1) };
}

function attributes(values: Record<string, CelInput>): CelInput {
  return celMap(new Map(Object.entries(values)));
}

/** A JSON value, which the check of the request has accepted. */
function toCel(value: unknown): CelInput {
  if (Array.isArray(value)) return celList(value.map(toCel));
  if (typeof value === 'object' && value !== null) {
    const present = Object.entries(value).filter(([, each]) => each !== undefined);
    return celMap(new Map(present.map(([key, each]) => [key, toCel(each)])));
  }
  // Safe cast: lists and objects were handled above, and JSON has no other values.
  return value as string | number | boolean | null;
}
