import { LIMITS } from '../limits.js';
import { faultOfArguments, PatternBudget } from './arguments.js';
import { faultOfIdentifier, faultOfSelect, isWithinContext, VARIABLES } from './attributes.js';
import { chainedOperators } from './parse-condition.js';
import { type ConditionFault, positionAt } from './position.js';
import { rewriteRoles, type Rewrite } from './roles.js';
import {
  identifier,
  isSelectOf,
  leftmost,
  stringLiteral,
  type Call,
  type Comprehension,
  type Expr,
  type SyntaxTree,
} from './syntax-tree.js';
import { faultOfCall, LIST_MACROS } from './vocabulary.js';

/**
 * Checks a condition before it is ever evaluated. It accepts only known names and operations that take bounded time,
 * and finds the uses of roles that are to be rewritten.
 */
export class Gate {
  readonly faults: ConditionFault[] = [];
  readonly rewrites: [expr: Expr, rewrite: Rewrite][] = [];
  private nodes = 0;
  private readonly patterns = new PatternBudget();
  /** The variable of the macro that is being visited. */
  private local: string | undefined;
  private readonly isLocal = (name: string) => name === this.local;

  constructor(
    private readonly text: string,
    private readonly tree: SyntaxTree,
  ) {
    this.nodes = chainedOperators(text);
    this.walk(tree.expr);
    if (this.nodes > LIMITS.nodes) {
      this.report(
        tree.expr,
        `has more than ${LIMITS.nodes} operands and operators: split it over several rules`,
      );
    }
  }

  private report(expr: Expr, message: string | undefined): void {
    if (message === undefined) return;
    const offset = this.tree.sourceInfo?.positions[leftmost(expr).id.toString()] ?? 0;
    this.faults.push({ message, ...positionAt(this.text, offset) });
  }

  private walk(expr: Expr): void {
    if (++this.nodes > LIMITS.nodes) return;
    const { exprKind } = expr;
    switch (exprKind.case) {
      case 'constExpr':
        if (exprKind.value.constantKind.case === 'bytesValue')
          this.report(expr, 'bytes are not used: write a string');
        return;
      case 'identExpr':
        if (!this.isLocal(exprKind.value.name)) this.report(expr, faultOfIdentifier(exprKind.value.name));
        return;
      case 'selectExpr': {
        const { operand } = exprKind.value;
        this.report(expr, faultOfSelect(exprKind.value, this.isLocal));
        if (operand && !this.isBase(operand)) this.walk(operand);
        return;
      }
      case 'listExpr':
        if (exprKind.value.elements.length > LIMITS.list) {
          this.report(
            expr,
            `a list has ${LIMITS.list} elements at most, this one ${exprKind.value.elements.length}`,
          );
        }
        return exprKind.value.elements.forEach((element) => this.walk(element));
      case 'callExpr':
        return this.walkCall(expr, exprKind.value);
      case 'comprehensionExpr':
        return this.walkMacro(expr, exprKind.value);
      default:
        this.report(expr, 'maps and messages ({…}) are not allowed: compare with single values or lists');
    }
  }

  /** A variable that is allowed only because one of its attributes is read. */
  private isBase(expr: Expr): boolean {
    const name = identifier(expr);
    if (name === undefined || !VARIABLES.includes(name)) return false;
    this.nodes++;
    return true;
  }

  private walkCall(expr: Expr, call: Call): void {
    const { function: name, target, args } = call;
    const [first, second] = args;
    const rewrite = rewriteRoles(expr);
    if (rewrite) this.rewrites.push([expr, rewrite]);
    if (rewrite && isSelectOf(first, 'user', 'role')) {
      if (second) this.walk(second);
      return;
    }
    const fault = faultOfCall(call) ?? faultOfArguments(call, this.patterns);
    this.report(expr, fault);
    if (name === '_[_]' && !isWithinContext(first, this.isLocal)) {
      this.report(
        expr,
        'brackets are only for what is in context, as in context.labels["tier"]: elsewhere write a dot',
      );
    }
    if (this.local !== undefined) this.report(expr, this.faultWithinMacro(call, rewrite !== undefined));
    if (target) this.walk(target);
    for (const arg of args) {
      const isKeyed =
        (name === '_[_]' && arg === first) ||
        (name === '@in' && arg === second && stringLiteral(first) !== undefined);
      if (!(isKeyed && identifier(arg) === 'context' && this.isBase(arg))) this.walk(arg);
    }
  }

  /** A part that is evaluated once per list element must be cheap. */
  private faultWithinMacro({ function: name, args }: Call, searchesRoles: boolean): string | undefined {
    if (name === 'matches') return 'matches is not allowed within exists, all and exists_one';
    const isSearch = name === '@in' && !searchesRoles && args[1]?.exprKind.case !== 'listExpr';
    return isSearch
      ? 'within exists, all and exists_one, `in` searches only a list written out or user.roles'
      : undefined;
  }

  private walkMacro(expr: Expr, { iterVar, iterRange, loopStep }: Comprehension): void {
    const macro = this.tree.sourceInfo?.macroCalls[expr.id.toString()]?.exprKind;
    const name = macro?.case === 'callExpr' ? macro.value.function : 'this macro';
    if (!LIST_MACROS.has(name)) {
      return this.report(expr, `${name} is not allowed: there are ${[...LIST_MACROS].join(', ')}`);
    }
    if (this.local !== undefined) {
      return this.report(expr, `${name} is not allowed within another exists, all or exists_one`);
    }
    if (VARIABLES.includes(iterVar)) {
      this.report(expr, `${iterVar} cannot be the variable of ${name}: it has a meaning already`);
    }
    if (iterRange) this.walk(iterRange);
    // The macro's own condition is inside the expression that the parser generates: `result || condition` for exists.
    const step = loopStep?.exprKind.case === 'callExpr' ? loopStep.exprKind.value.args : [];
    const condition = name === 'exists_one' ? step[0] : step[1];
    this.local = iterVar;
    if (condition) this.walk(condition);
    this.local = undefined;
  }
}
