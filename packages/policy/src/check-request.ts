import type { DecisionError, DecisionRequest } from './decision.js';
import { LIMITS } from './limits.js';
import { ACTIONS, isAction } from './policy.js';
import { parseResource } from './resource-pattern.js';

/** @returns every reason why a request cannot be evaluated; an empty list when it can. */
export function checkRequest({
  principal,
  action,
  resource,
  request,
  context,
}: DecisionRequest): DecisionError[] {
  const errors: DecisionError[] = [];
  const fault = (path: string, message: string) => errors.push({ rule: null, path, message });
  const checkText = (path: string, value: unknown) => {
    if (typeof value !== 'string') fault(path, 'is not a string');
    else if (value.length > LIMITS.string) fault(path, `is longer than ${LIMITS.string} characters`);
  };

  for (const member of ['id', 'username', 'email'] as const)
    checkText(`principal.${member}`, principal[member]);
  const { roles } = principal;
  if (roles.length > LIMITS.roles) fault('principal.roles', `are ${roles.length}: ${LIMITS.roles} at most`);
  else roles.forEach((role, index) => checkText(`principal.roles[${index}]`, role));
  if (!isAction(action)) fault('action', `must be one of ${ACTIONS.join(', ')}`);
  if (!parseResource(resource)) fault('resource', 'must be type:id with a known type');
  for (const member of ['ip', 'method', 'path'] as const) checkText(`request.${member}`, request[member]);
  if (Number.isNaN(request.time.getTime())) fault('request.time', 'is no time');
  checkContext(context, fault);
  return errors;
}

function checkContext(context: unknown, fault: (path: string, message: string) => void): void {
  let values = 0;
  const check = (value: unknown, path: string, depth: number): void => {
    if (++values === LIMITS.contextValues + 2)
      fault('context', `has more than ${LIMITS.contextValues} values`);
    if (values > LIMITS.contextValues + 1) return;
    if (typeof value === 'string') {
      if (value.length > LIMITS.string) fault(path, `is longer than ${LIMITS.string} characters`);
      return;
    }
    if (value === null || value === undefined || typeof value === 'boolean' || typeof value === 'number')
      return;
    if (typeof value !== 'object') return fault(path, 'is no JSON value');
    if (depth > LIMITS.contextDepth)
      return fault(path, `is nested more than ${LIMITS.contextDepth} levels deep`);
    if (!Array.isArray(value)) {
      return Object.entries(value).forEach(([key, each]) => check(each, `${path}.${key}`, depth + 1));
    }
    if (value.length > LIMITS.list)
      return fault(path, `has ${value.length} elements: ${LIMITS.list} at most`);
    value.forEach((each, index) => check(each, `${path}[${index}]`, depth + 1));
  };
  check(context, 'context', 0);
}
