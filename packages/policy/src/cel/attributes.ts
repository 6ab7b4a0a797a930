import { identifier, isSelectOf, type Expr, type Select } from './syntax-tree.js';

/** The variables whose attributes are all known. */
const ATTRIBUTES = new Map<string, readonly string[]>([
  ['user', ['id', 'username', 'email', 'role', 'roles']],
  ['resource', ['type', 'id', 'name']],
  ['request', ['time', 'ip', 'method', 'path']],
]);
export const VARIABLES = [...ATTRIBUTES.keys(), 'action', 'context'];
/**
 * Members that JavaScript gives to every object. No CEL value has them, and a condition that names one is a mistake.
 */
export const NEVER: readonly string[] = ['__proto__', 'constructor', 'prototype'];

const ROLE_USE =
  "user.role is only for user.role == 'x', user.role != 'x' and user.role in ['x', 'y'], with roles written out; " +
  'all roles are in user.roles';

/** Returns why a condition must not use this name; undefined if it may. */
export function faultOfIdentifier(name: string): string | undefined {
  if (name === 'action') return undefined;
  if (name === 'context') return "context alone is no value: write context.infra, or 'infra' in context";
  const attributes = ATTRIBUTES.get(name);
  if (attributes)
    return `${name} alone is no value: write ${attributes.map((each) => `${name}.${each}`).join(', ')}`;
  return `there is no variable ${name}: there are ${VARIABLES.join(', ')}`;
}

/** The attribute of `operand.field`. */
export function faultOfSelect(
  { operand, field }: Select,
  isLocal: (name: string) => boolean,
): string | undefined {
  if (isSelectOf(operand, 'user', 'role')) return ROLE_USE;
  if (NEVER.includes(field)) return `there is no attribute ${field}`;
  const name = identifier(operand);
  if (name === undefined || isLocal(name)) {
    return isWithinContext(operand, isLocal) ? undefined : `there is no attribute ${field} here`;
  }
  const attributes = ATTRIBUTES.get(name);
  if (!attributes)
    return name === 'context' ? undefined : name === 'action' ? 'action is a string' : undefined;
  if (!attributes.includes(field))
    return `${name} has no attribute ${field}: it has ${attributes.join(', ')}`;
  return name === 'user' && field === 'role' ? ROLE_USE : undefined;
}

/**
 * Whether a value comes from `context` or from a list that a macro iterates over: only those have unknown attributes.
 */
export function isWithinContext(expr: Expr | undefined, isLocal: (name: string) => boolean): boolean {
  const kind = expr?.exprKind;
  if (kind?.case === 'identExpr') return kind.value.name === 'context' || isLocal(kind.value.name);
  if (kind?.case === 'selectExpr') return isWithinContext(kind.value.operand, isLocal);
  return (
    kind?.case === 'callExpr' &&
    kind.value.function === '_[_]' &&
    isWithinContext(kind.value.args[0], isLocal)
  );
}
