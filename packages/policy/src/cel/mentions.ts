import { identifier, type Expr } from './syntax-tree.js';

/** Whether a condition depends on which resource is asked about, beyond the resource's type. */
export function mentionsId(expr: Expr): boolean {
  return mentions(expr, (variable, attribute) => variable === 'resource' && attribute !== 'type');
}

/** Whether a condition depends on who asks: on the user, or on the user's address. */
export function mentionsCaller(expr: Expr): boolean {
  return mentions(
    expr,
    (variable, attribute) => variable === 'user' || (variable === 'request' && attribute === 'ip'),
  );
}

type Wanted = (variable: string, attribute: string | undefined) => boolean;

function mentions(expr: Expr, wanted: Wanted): boolean {
  const { exprKind } = expr;
  const within = (part: Expr | undefined) => part !== undefined && mentions(part, wanted);
  switch (exprKind.case) {
    case 'identExpr':
      return wanted(exprKind.value.name, undefined);
    case 'selectExpr': {
      const { operand, field } = exprKind.value;
      const variable = identifier(operand);
      return variable === undefined ? within(operand) : wanted(variable, field);
    }
    case 'callExpr':
      return [exprKind.value.target, ...exprKind.value.args].some(within);
    case 'listExpr':
      return exprKind.value.elements.some(within);
    case 'comprehensionExpr': {
      const { iterRange, accuInit, loopCondition, loopStep, result } = exprKind.value;
      return [iterRange, accuInit, loopCondition, loopStep, result].some(within);
    }
    default:
      return false;
  }
}
