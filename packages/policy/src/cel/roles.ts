import { isSelectOf, stringLiteral, type Expr } from './syntax-tree.js';

/** The user's roles as the keys of a map. No condition can name it: no identifier begins with `@`. */
export const ROLE_MAP = '@roles';

/** Returns the replacement of an expression. */
export type Rewrite = Expr['exprKind'];

/**
 * Rewrites a comparison of `user.role` for a user with several roles. `==` means that one role is equal, `!=` that none
 * is, `in` that one of them is listed. A search in `user.roles` becomes the same lookup.
 * @returns undefined for an expression of any other form, which is not an allowed use of `user.role`.
 */
export function rewriteRoles({ exprKind }: Expr): Rewrite | undefined {
  if (exprKind.case !== 'callExpr' || exprKind.value.target) return undefined;
  const { function: operator, args } = exprKind.value;
  const [left, right] = args;
  if (!left || !right) return undefined;
  if (!isSelectOf(left, 'user', 'role')) {
    const searchesRoles = operator === '@in' && isSelectOf(right, 'user', 'roles');
    return searchesRoles ? call('@in', [left, roleMap(right)]) : undefined;
  }
  const held = (role: Expr) => expression(left, call('@in', [role, roleMap(left)]));
  if (operator === '@in') {
    const roles = right.exprKind.case === 'listExpr' ? right.exprKind.value.elements : [];
    if (roles.length === 0 || roles.some((role) => stringLiteral(role) === undefined)) return undefined;
    return roles.map(held).reduce((some, one) => expression(left, call('_||_', [some, one]))).exprKind;
  }
  if (stringLiteral(right) === undefined) return undefined;
  if (operator === '_==_') return held(right).exprKind;
  return operator === '_!=_' ? call('!_', [held(right)]) : undefined;
}

function roleMap(like: Expr): Expr {
  return expression(like, { case: 'identExpr', value: { $typeName: 'cel.expr.Expr.Ident', name: ROLE_MAP } });
}

/** Keeps the id of the replaced expression, so that an error of the new one points at the old one. */
function expression(like: Expr, exprKind: Rewrite): Expr {
  return { $typeName: like.$typeName, id: like.id, exprKind };
}

function call(name: string, args: Expr[]): Rewrite {
  return { case: 'callExpr', value: { $typeName: 'cel.expr.Expr.Call', function: name, args } };
}
