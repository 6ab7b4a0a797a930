import type { DecisionRequest } from '../decision.js';
import type { Resource } from '../resource-pattern.js';
import { identifier, stringLiteral, type Expr } from './syntax-tree.js';

/** What is known of a request before anything is evaluated. */
interface Question extends Pick<DecisionRequest, 'principal' | 'action' | 'request' | 'context'> {
  parsed: Resource;
}

/** Whether a condition is certainly false. The answer `false` means that nothing is known. */
export type Refutation = (question: Question) => boolean;

/**
 * Most conditions fail at a comparison of an attribute with a fixed string, and evaluating them costs a hundred times
 * as much as that comparison. A conjunction is false if one part is certainly false, regardless of the others, errors
 * included; a disjunction only if all parts are.
 * @returns undefined for a condition that can never be refuted this way
 */
export function refutationOf(expr: Expr): Refutation | undefined {
  const { exprKind } = expr;
  if (exprKind.case === 'selectExpr') return refutedWhere(attributeOf(expr), (value) => value === false);
  if (exprKind.case !== 'callExpr') return undefined;
  const { function: operator, target, args } = exprKind.value;
  const [left, right] = args;
  if (!left) return undefined;
  if (target) return refutedSearch(operator, attributeOf(target), stringLiteral(left));
  if (operator === '!_') return refutedWhere(attributeOf(left), (value) => value === true);
  if (!right) return undefined;
  if (operator === '_&&_' || operator === '_||_') {
    return combined(operator, refutationOf(left), refutationOf(right));
  }
  return refutedComparison(operator, left, right);
}

function combined(
  operator: '_&&_' | '_||_',
  left: Refutation | undefined,
  right: Refutation | undefined,
): Refutation | undefined {
  if (operator === '_||_') return left && right && ((question) => left(question) && right(question));
  return left && right ? (question) => left(question) || right(question) : (left ?? right);
}

/** `attribute == 'text'`, `attribute != 'text'`, `attribute in ['text', …]` and `'text' in user.roles`. */
function refutedComparison(operator: string, left: Expr, right: Expr): Refutation | undefined {
  const searched = stringLiteral(left);
  if (operator === '@in' && searched !== undefined && fieldOf(right, 'user') === 'roles') {
    return ({ principal }) => !principal.roles.includes(searched);
  }
  const texts = operator === '@in' ? stringsOf(right) : literal(right);
  if (!texts) return undefined;
  const isRole = fieldOf(left, 'user') === 'role';
  if (operator === '_==_' || operator === '@in') {
    if (isRole) return ({ principal }) => !principal.roles.some((role) => texts.includes(role));
    return refutedWhere(attributeOf(left), (value) => typeof value === 'string' && !texts.includes(value));
  }
  if (operator !== '_!=_') return undefined;
  if (isRole) return ({ principal }) => principal.roles.some((role) => texts.includes(role));
  return refutedWhere(attributeOf(left), (value) => typeof value === 'string' && texts.includes(value));
}

/** `attribute.startsWith('text')` and similar calls. */
function refutedSearch(
  method: string,
  attribute: Attribute | undefined,
  text: string | undefined,
): Refutation | undefined {
  if (text === undefined) return undefined;
  switch (method) {
    case 'startsWith':
      return refutedWhere(attribute, (value) => typeof value === 'string' && !value.startsWith(text));
    case 'endsWith':
      return refutedWhere(attribute, (value) => typeof value === 'string' && !value.endsWith(text));
    case 'contains':
      return refutedWhere(attribute, (value) => typeof value === 'string' && !value.includes(text));
    default:
      return undefined;
  }
}

function refutedWhere(
  attribute: Attribute | undefined,
  refutes: (value: unknown) => boolean,
): Refutation | undefined {
  return attribute && ((question) => refutes(attribute(question)));
}

function literal(expr: Expr): string[] | undefined {
  const text = stringLiteral(expr);
  return text === undefined ? undefined : [text];
}

function stringsOf({ exprKind }: Expr): string[] | undefined {
  if (exprKind.case !== 'listExpr') return undefined;
  const texts = exprKind.value.elements.map(stringLiteral);
  return texts.every((text) => text !== undefined) ? texts : undefined;
}

/** How the value of an attribute is read. */
type Attribute = (question: Question) => unknown;

function attributeOf(expr: Expr): Attribute | undefined {
  if (identifier(expr) === 'action') return ({ action }) => action;
  const inContext = fieldOf(expr, 'context');
  if (inContext !== undefined) {
    return ({ context }) => (Object.hasOwn(context, inContext) ? context[inContext] : undefined);
  }
  const [user, request, resource] = ['user', 'request', 'resource'].map((variable) =>
    fieldOf(expr, variable),
  );
  if (user === 'id' || user === 'username' || user === 'email') return ({ principal }) => principal[user];
  if (request === 'ip' || request === 'method' || request === 'path')
    return ({ request: asked }) => asked[request];
  if (resource === 'id' || resource === 'type') return ({ parsed }) => parsed[resource];
  return undefined;
}

/** The field of `variable.field`. */
function fieldOf({ exprKind }: Expr, variable: string): string | undefined {
  if (exprKind.case !== 'selectExpr' || exprKind.value.testOnly) return undefined;
  return identifier(exprKind.value.operand) === variable ? exprKind.value.field : undefined;
}
