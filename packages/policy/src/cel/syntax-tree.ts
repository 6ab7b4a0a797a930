import type { parse } from '@bufbuild/cel';

/** The tree that the parser makes of a condition. */
export type SyntaxTree = ReturnType<typeof parse>;
/** An expression of a condition. */
export type Expr = SyntaxTree['expr'];
type ExprOf<Case> = Extract<Expr['exprKind'], { case: Case }> extends { value: infer Value } ? Value : never;
/** A call of a function or an operator. */
export type Call = ExprOf<'callExpr'>;
/** An access to a field, `operand.field`. */
export type Select = ExprOf<'selectExpr'>;
/** The expansion of a macro such as `all` or `exists`. */
export type Comprehension = ExprOf<'comprehensionExpr'>;

/** Returns the name of an expression that is a plain identifier. */
export function identifier(expr: Expr | undefined): string | undefined {
  return expr?.exprKind.case === 'identExpr' ? expr.exprKind.value.name : undefined;
}

/** Returns the value of an expression that is a string literal. */
export function stringLiteral(expr: Expr | undefined): string | undefined {
  const constant = expr?.exprKind.case === 'constExpr' ? expr.exprKind.value.constantKind : undefined;
  return constant?.case === 'stringValue' ? constant.value : undefined;
}

/** Whether an expression is exactly `variable.field`. */
export function isSelectOf(expr: Expr | undefined, variable: string, field: string): boolean {
  const kind = expr?.exprKind;
  return (
    kind?.case === 'selectExpr' &&
    !kind.value.testOnly &&
    kind.value.field === field &&
    identifier(kind.value.operand) === variable
  );
}

/** `a == b`, `a in b`, `a ? b : c`, `a[b]`: operators that are written between their operands. */
function isInfix(name: string): boolean {
  return name === '@in' || (name.startsWith('_') && name !== '_');
}

/** The leftmost part of an expression; its position is where the expression begins in the text. */
export function leftmost(expr: Expr): Expr {
  const { exprKind } = expr;
  let first: Expr | undefined;
  if (exprKind.case === 'selectExpr' && !exprKind.value.testOnly) first = exprKind.value.operand;
  if (exprKind.case === 'comprehensionExpr') first = exprKind.value.iterRange;
  if (exprKind.case === 'callExpr') {
    first = exprKind.value.target ?? (isInfix(exprKind.value.function) ? exprKind.value.args[0] : undefined);
  }
  return first ? leftmost(first) : expr;
}
