import { NickelError, evaluationError } from '../nickel-error.js';
import type { Span } from '../source.js';
import { packageError } from '../files/imports.js';
import type { Expression } from '../syntax/ast.js';
import { annotate } from './annotate.js';
import { Contracts } from './contracts.js';
import { bind, boundThunk, lookup } from './env.js';
import { describeValue } from './describe.js';
import type { Importer, Limits, Machine } from './machine.js';
import { evaluateChunks } from './interpolation.js';
import { fieldThunk } from './field.js';
import { bindLet } from './let.js';
import { binaryOperation, operatorFunction } from './operators.js';
import { destructure, matchPattern } from './patterns.js';
import { evaluateRecord } from './record-literal.js';
import { evaluateType } from './type-value.js';
import {
  ArrayValue,
  Builtin,
  Closure,
  EnumValue,
  MatchFunction,
  Thunk,
  type Env,
  type Value,
} from './values.js';

/** What an evaluation needs. */
export interface EvaluatorOptions {
  limits: Limits;
  importer: Importer;
  primitive: (machine: Machine, name: string) => Builtin;
}

/** Evaluates expressions lazily, within limits. One is made for each file that is read with its imports. */
export class Evaluator implements Machine {
  readonly contracts = new Contracts(this);
  readonly importer: Importer;
  #steps = 0;
  #depth = 0;
  #size = 0;
  #place: Span | undefined;

  constructor(private readonly options: EvaluatorOptions) {
    this.importer = options.importer;
  }

  /** The value that was last asked for. */
  get place(): Span | undefined {
    return this.#place;
  }

  step(): void {
    this.#steps += 1;
    if (this.#steps > this.options.limits.steps) {
      throw new NickelError('limit', `The evaluation takes more than ${this.options.limits.steps} steps.`, {
        span: this.#place,
      });
    }
  }

  charge(size: number): void {
    this.#size += size;
    if (this.#size > this.options.limits.size) {
      throw new NickelError(
        'limit',
        `The values take more than ${this.options.limits.size} characters and items in all.`,
        { span: this.#place },
      );
    }
  }

  force(thunk: Thunk): Value {
    const { known } = thunk;
    if (known !== undefined) return known;
    if (this.#depth >= this.options.limits.depth) {
      throw new NickelError(
        'limit',
        `The evaluation nests more than ${this.options.limits.depth} levels deep.`,
        {
          span: thunk.span,
        },
      );
    }
    this.#depth += 1;
    this.#place = thunk.span ?? this.#place;
    try {
      return thunk.compute();
    } finally {
      this.#depth -= 1;
    }
  }

  delay(expression: Expression, env: Env): Thunk {
    if (expression.kind === 'constant') return Thunk.of(expression.value, expression.span);
    return new Thunk(() => this.evaluate(expression, env), expression.span);
  }

  apply(fn: Value, ...args: Thunk[]): Value {
    return this.#run(undefined, undefined, fn, args.reverse());
  }

  evaluate(expression: Expression, env: Env): Value {
    return this.#run(expression, env, undefined, []);
  }

  /**
   * Evaluates an expression, or goes on with a function, and applies what comes out to the waiting arguments (the last
   * one first). What stands in tail position goes round the loop, so loops of the text use no stack.
   */
  #run(
    start: Expression | undefined,
    startEnv: Env | undefined,
    fn: Value | undefined,
    args: Thunk[],
  ): Value {
    let expression = start;
    let env = startEnv;
    let value = fn;
    let call: Span | undefined;
    for (;;) {
      this.step();
      if (expression && env) {
        const next: Next | undefined = this.#tail(expression, env, args);
        if (next) {
          call = expression.kind === 'application' ? expression.span : call;
          ({ expression, env } = next);
          continue;
        }
        value = this.#simple(expression, env);
      }
      if (args.length === 0 || value === undefined) return value!;
      const next: Next | Done = this.#enter(value, args, call ?? expression?.span);
      if ('expression' in next) ({ expression, env } = next);
      else [expression, env, value] = [undefined, undefined, next.value];
    }
  }

  /** The next expression for those whose value is the value of another. */
  #tail(expression: Expression, env: Env, args: Thunk[]): Next | undefined {
    switch (expression.kind) {
      case 'application':
        for (let at = expression.arguments.length - 1; at >= 0; at -= 1) {
          args.push(this.#argument(expression.arguments[at]!, env));
        }
        return { expression: expression.head, env };
      case 'binary':
        if (expression.operator !== '|>') return undefined;
        args.push(this.#argument(expression.left, env));
        return { expression: expression.right, env };
      case 'if': {
        const condition = this.evaluate(expression.condition, env);
        if (typeof condition !== 'boolean') {
          const kind = describeValue(condition);
          throw evaluationError(
            `The condition of "if" must be a boolean, but is ${kind}.`,
            expression.condition.span,
          );
        }
        return { expression: condition ? expression.consequence : expression.alternative, env };
      }
      case 'let':
        return { expression: expression.body, env: bindLet(this, expression, env) };
      default:
        return undefined;
    }
  }

  /** A name as an argument is the value of the name itself. */
  #argument(expression: Expression, env: Env): Thunk {
    return (
      (expression.kind === 'variable' && boundThunk(env, expression.name)) || this.delay(expression, env)
    );
  }

  #simple(expression: Expression, env: Env): Value {
    switch (expression.kind) {
      case 'constant':
        return expression.value;
      case 'variable':
        return this.force(lookup(env, expression.name, expression.span));
      case 'chunks':
        return evaluateChunks(this, expression.chunks, env);
      case 'enum':
        return new EnumValue(expression.tag, expression.argument && this.delay(expression.argument, env));
      case 'array':
        this.charge(expression.items.length);
        return new ArrayValue(expression.items.map((item) => this.delay(item, env)));
      case 'record':
        return evaluateRecord(this, expression, env);
      case 'function':
        return new Closure(expression, 0, env);
      case 'match':
        return new MatchFunction(expression.branches, expression.span, env);
      case 'binary':
        return binaryOperation(this, expression, env);
      case 'not': {
        const operand = this.evaluate(expression.operand, env);
        if (typeof operand === 'boolean') return !operand;
        throw evaluationError(
          `"!" needs a boolean, but gets ${describeValue(operand)}.`,
          expression.operand.span,
        );
      }
      case 'operator':
        return operatorFunction(this, expression.operator, expression.span);
      case 'access':
        return this.#field(expression.record, expression.field.text, expression.field.span, env);
      case 'dynamicAccess': {
        const name = this.evaluate(expression.field, env);
        return this.#field(expression.record, String(name), expression.field.span, env);
      }
      case 'annotated': {
        const { annotations, expression: inner } = expression;
        return this.force(annotate(this, annotations, this.delay(inner, env), env));
      }
      case 'import':
        return this.importer.load(expression.path, expression.format, expression.span);
      case 'package':
        throw packageError(expression.name, expression.span);
      case 'primitive':
        return this.#primitive(expression, env);
      case 'let':
      case 'if':
      case 'application':
        throw new Error('Expressions in tail position are handled before.');
      default:
        return evaluateType(this, expression, env);
    }
  }

  #primitive(expression: Expression & { kind: 'primitive' }, env: Env): Value {
    let value: Value = this.options.primitive(this, expression.name);
    for (const argument of expression.arguments) {
      // Safe cast: every other kind of value was refused above.
      value = this.#builtin(value as Builtin, this.delay(argument, env), expression.span);
    }
    return value;
  }

  #field(recordExpression: Expression, name: string, span: Span, env: Env): Value {
    const record = this.evaluate(recordExpression, env);
    return this.force(fieldThunk(record, name, span));
  }

  /** Applies a function to the last of the arguments. */
  #enter(fn: Value, args: Thunk[], span: Span | undefined): Next | Done {
    if (fn instanceof Closure) {
      let { env, next } = fn;
      const { parameters, body } = fn.code;
      while (next < parameters.length) {
        const arg = args.pop();
        if (!arg) return { value: new Closure(fn.code, next, env) };
        env = destructure(this, parameters[next]!, arg, env);
        next += 1;
      }
      return { expression: body, env };
    }
    const arg = args.pop()!;
    if (fn instanceof Builtin) return { value: this.#builtin(fn, arg, span) };
    if (fn instanceof MatchFunction) {
      for (const { pattern, guard, body } of fn.branches) {
        const env = matchPattern(this, pattern, arg, fn.env);
        if (env && (!guard || this.#guard(guard, env))) return { expression: body, env };
      }
      throw evaluationError('No branch of "match" fits the value.', arg.span ?? fn.span, [
        'Add a branch "_ => …" for all other values.',
      ]);
    }
    if (fn instanceof EnumValue) {
      throw evaluationError(`The enum variant '${fn.tag} takes one argument.`, span);
    }
    throw evaluationError(
      `Only functions can be applied to arguments, but this is ${describeValue(fn)}.`,
      span,
    );
  }

  #guard(guard: Expression, env: Env): boolean {
    const holds = this.evaluate(guard, env);
    if (typeof holds === 'boolean') return holds;
    throw evaluationError(
      `The guard of a branch must be a boolean, but is ${describeValue(holds)}.`,
      guard.span,
    );
  }

  /** Errors of functions of the evaluator point at the call. */
  #builtin(fn: Builtin, arg: Thunk, span: Span | undefined): Value {
    try {
      return fn.apply(arg);
    } catch (error) {
      if (error instanceof NickelError) error.span ??= span;
      throw error;
    }
  }
}

interface Next {
  expression: Expression;
  env: Env;
}

interface Done {
  value: Value;
}

/** An environment in which only `std` is defined. */
export function globalEnv(std: Thunk): Env {
  return bind(undefined, 'std', std);
}
