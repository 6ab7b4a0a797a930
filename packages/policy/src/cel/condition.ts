import { celEnv, isCelError, plan } from '@bufbuild/cel';
import type { Activation } from './activation.js';
import { Gate } from './gate.js';
import { mentionsCaller, mentionsId } from './mentions.js';
import { parseCondition } from './parse-condition.js';
import { type ConditionFault, type Position, positionAt } from './position.js';
import { refutationOf, type Refutation } from './refutation.js';
import type { Expr, SyntaxTree } from './syntax-tree.js';
import { timeFunctions } from './time-functions.js';
import { isNeverBoolean } from './vocabulary.js';

/** The outcome of a condition: whether it is met, or why that cannot be determined. */
export type Outcome = { met: boolean } | ({ error: string } & Partial<Position>);

/** A condition that has passed the gate. */
export interface Condition {
  evaluate(activation: Activation): Outcome;
  /** Whether it is certainly false. Much cheaper than evaluating it; a `false` answer says nothing. */
  isRefuted: Refutation;
  /** Whether it depends on which resource is asked about, beyond the resource's type. */
  mentionsId: boolean;
  /** Whether it depends on who asks. */
  mentionsCaller: boolean;
}

const env = celEnv({ funcs: timeFunctions });

/** @returns the compiled condition, or everything that is wrong with its text. */
export function compileCondition(text: string): Condition | { faults: ConditionFault[] } {
  const parsed = parseCondition(text);
  if ('fault' in parsed) return { faults: [parsed.fault] };
  const { tree } = parsed;
  const { faults, rewrites } = new Gate(text, tree);
  const other = faults.length === 0 ? resultOtherThanBoolean(tree.expr) : undefined;
  if (other !== undefined) {
    return { faults: [{ message: `must be true or false, and is ${other}`, line: 1, column: 1 }] };
  }
  if (faults.length > 0) return { faults };
  // From the original text: the rewritten tree has another form.
  const isRefuted = refutationOf(tree.expr) ?? (() => false);
  const mentioned = { mentionsId: mentionsId(tree.expr), mentionsCaller: mentionsCaller(tree.expr) };
  for (const [expr, rewrite] of rewrites) expr.exprKind = rewrite;
  const run = plan(env, tree);
  return {
    isRefuted,
    ...mentioned,
    evaluate: (activation) => outcomeOf(run(activation), text, tree),
  };
}

function outcomeOf(result: unknown, text: string, tree: SyntaxTree): Outcome {
  if (typeof result === 'boolean') return { met: result };
  if (!isCelError(result)) return { error: 'was neither true nor false' };
  const offset = tree.sourceInfo?.positions[String(result.exprId)];
  return { error: result.message, ...(offset === undefined ? {} : positionAt(text, offset)) };
}

/** The type of an expression that can never be true or false; undefined where only evaluation can say. */
function resultOtherThanBoolean({ exprKind }: Expr): string | undefined {
  switch (exprKind.case) {
    case 'constExpr':
      return exprKind.value.constantKind.case === 'boolValue' ? undefined : 'a fixed value';
    case 'listExpr':
      return 'a list';
    case 'identExpr':
      return 'a string';
    case 'selectExpr': {
      const root = exprKind.value.operand?.exprKind;
      const known = root?.case === 'identExpr' && root.value.name !== 'context' && !exprKind.value.testOnly;
      return known ? `the value of ${root.value.name}.${exprKind.value.field}` : undefined;
    }
    case 'callExpr':
      return isNeverBoolean(exprKind.value.function) ? `the result of ${exprKind.value.function}` : undefined;
    default:
      return undefined;
  }
}
