import { isSelectOf, stringLiteral, type Expr } from './syntax-tree.js';

/** The user's roles as the keys of a map. No condition can name it: `@` begins no identifier. */
export const ROLE_MAP = '@roles';

/** What is to stand in an expression's place. */
export type Rewrite = Expr['exprKind'];

/**
 * What a comparison of `user.role` means for a user with several roles: `==` that one of them is it, `!=` that none is,
 * `in` that one of them is listed. A search in `user.roles` becomes the same lookup.
 * @returns undefined for an expression of any other form, which is then no allowed use of `user.role`.
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

/** Keeps the id of what is replaced, so that an error of the new expression points at the old one. */
function expression(like: Expr, exprKind: Rewrite): Expr {
  return { $typeName: like.$typeName, id: like.id, exprKind };
}

function call(name: string, args: Expr[]): Rewrite {
  return { case: 'callExpr', value: { $typeName: 'cel.expr.Expr.Call', function: name, args } };
}
