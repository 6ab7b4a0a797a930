/** Says whether the roles of a user meet a condition. */
export type RoleCondition = (roles: readonly string[]) => boolean;

const COMPARISON = /^\s*user\.role\s*(==|!=)\s*'([^'\\]{1,64})'\s*$/;
const MEMBERSHIP = /^\s*user\.role\s+in\s+\[\s*('[^'\\]{1,64}'(?:\s*,\s*'[^'\\]{1,64}')*)\s*\]\s*$/;

/**
 * `user.role == 'x'`, `user.role != 'x'` and `user.role in ['x', 'y']`: of a user with several roles the first means
 * that one of them is x, the second that none is, the third that one of them is listed.
 * @returns undefined for every other expression.
 */
export function compileCondition(text: string): RoleCondition | undefined {
  const comparison = COMPARISON.exec(text);
  if (comparison) {
    const [, operator, role = ''] = comparison;
    return operator === '==' ? (roles) => roles.includes(role) : (roles) => !roles.includes(role);
  }
  const list = MEMBERSHIP.exec(text)?.[1];
  if (list === undefined) return undefined;
  const wanted = list.split(',').map((quoted) => quoted.trim().slice(1, -1));
  return (roles) => roles.some((role) => wanted.includes(role));
}
