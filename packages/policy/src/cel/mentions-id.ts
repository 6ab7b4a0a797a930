import { identifier, type Expr } from './syntax-tree.js';

/** Whether a condition depends on which resource is asked about, beyond the resource's type. */
export function mentionsId(expr: Expr): boolean {
  const { exprKind } = expr;
  switch (exprKind.case) {
    case 'identExpr':
      return exprKind.value.name === 'resource';
    case 'selectExpr': {
      const { operand, field } = exprKind.value;
      if (identifier(operand) === 'resource') return field !== 'type';
      return operand !== undefined && mentionsId(operand);
    }
    case 'callExpr': {
      const { target, args } = exprKind.value;
      return [...(target ? [target] : []), ...args].some(mentionsId);
    }
    case 'listExpr':
      return exprKind.value.elements.some(mentionsId);
    case 'comprehensionExpr': {
      const { iterRange, accuInit, loopCondition, loopStep, result } = exprKind.value;
      return [iterRange, accuInit, loopCondition, loopStep, result].some(
        (part) => part !== undefined && mentionsId(part),
      );
    }
    default:
      return false;
  }
}
