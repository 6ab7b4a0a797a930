import type { Span } from '../source.js';
import type { Expression, ImportFormat } from '../syntax/ast.js';
import type { Label } from './label.js';
import type { Env, Thunk, Value } from './values.js';

/** What a text may use. */
export interface Limits {
  /** Steps of evaluation. */
  steps: number;
  /** Values that wait for each other. */
  depth: number;
  /** Characters, items and digits that all values together may have. */
  size: number;
}

/** Where imported files come from. */
export interface Importer {
  /**
   * The value of a file, computed at most once.
   * @throws NickelError `import` with the span of the import
   */
  load(path: string, format: ImportFormat, span: Span): Value;
}

/** What the parts of the evaluator need of each other. */
export interface Machine {
  evaluate(expression: Expression, env: Env): Value;
  /** The value of a thunk. @throws NickelError `limit` where values wait for each other too deeply */
  force(thunk: Thunk): Value;
  /** The value of an expression when it is needed. */
  delay(expression: Expression, env: Env): Thunk;
  apply(fn: Value, ...args: Thunk[]): Value;
  /** Counts one step. @throws NickelError `limit` */
  step(): void;
  /** Counts the size of a new value. @throws NickelError `limit` */
  charge(size: number): void;
  readonly contracts: ContractChecker;
  readonly importer: Importer;
}

/** Why a value breaks a contract. */
export interface Failure {
  label: Label;
  message: string;
  notes: readonly string[];
}

/** A checked value, or why it breaks its contract. */
export type Outcome = { ok: Thunk } | { failure: Failure };

/** Applies contracts to values. */
export interface ContractChecker {
  /** Checks what can be checked without looking inside the value; the rest is checked when it is used. */
  check(contract: Value, label: Label, thunk: Thunk): Outcome;
  /** The checked value. @throws NickelError `contract` */
  apply(contract: Value, label: Label, thunk: Thunk): Thunk;
  /** The value that is checked when it is needed. */
  wrap(contract: Thunk, label: Label, thunk: Thunk): Thunk;
}
