import type { Numeric } from '../data/number.js';
import { compareText } from '../data/text.js';
import type { Span } from '../source.js';
import type { Expression, MatchBranch, Pattern } from '../syntax/ast.js';
import type { Label } from './label.js';
import { Lazy } from './thunk.js';

/** A value, or the computation that gives it when it is needed. */
export class Thunk extends Lazy<Value> {
  /** A value that is known. */
  static of(value: Value, span?: Span): Thunk {
    return new Thunk(undefined, span, value);
  }
}

/** What an expression evaluates to; parts of it may still be thunks. */
export type Value =
  | null
  | boolean
  | string
  | Numeric
  | EnumValue
  | ArrayValue
  | RecordValue
  | Closure
  | MatchFunction
  | Builtin
  | TypeValue
  | CustomContract
  | Label
  | Sealed;

/** An enum tag, or a variant with its argument. */
export class EnumValue {
  constructor(
    readonly tag: string,
    readonly argument?: Thunk,
  ) {}
}

/** An array; its elements are evaluated when they are used. */
export class ArrayValue {
  constructor(readonly items: readonly Thunk[]) {}
}

/** A function as it is written. */
export interface FunctionCode {
  readonly parameters: readonly Pattern[];
  readonly body: Expression;
  readonly span: Span;
}

/** A function that is written in the text; `next` of its parameters are bound in `env`. */
export class Closure {
  constructor(
    readonly code: FunctionCode,
    readonly next: number,
    readonly env: Env,
  ) {}
}

/** A `match` with the environment in which it is written. */
export class MatchFunction {
  constructor(
    readonly branches: readonly MatchBranch[],
    readonly span: Span,
    readonly env: Env,
  ) {}
}

/** A function of the evaluator. It runs when all its arguments are there. */
export class Builtin {
  constructor(
    /** As messages name it: `std.array.map`. */
    readonly name: string,
    readonly arity: number,
    readonly run: (args: readonly Thunk[]) => Value,
    readonly args: readonly Thunk[] = [],
  ) {}

  apply(arg: Thunk): Value {
    const args = [...this.args, arg];
    return args.length === this.arity ? this.run(args) : new Builtin(this.name, this.arity, this.run, args);
  }
}

/** The identity of a type variable: what one use of `forall` seals, only the same use unseals. */
export interface SealKey {
  readonly name: string;
  /** The polarity of the `forall`. */
  readonly polarity: boolean;
  /** Fields that a row variable of this key must not hide. */
  readonly excluded: ReadonlySet<string>;
}

/** A value whose type the code that holds it must not know. */
export class Sealed {
  constructor(
    readonly key: SealKey,
    readonly thunk: Thunk,
    readonly label: Label,
  ) {}
}

/** A type as a contract checks it. */
export type TypeShape =
  | { kind: 'Dyn' | 'Number' | 'String' | 'Bool' }
  | { kind: 'array'; element: Thunk }
  | { kind: 'dictionary'; element: Thunk; annotation: 'type' | 'contract' }
  | { kind: 'enum'; rows: ReadonlyMap<string, Thunk | undefined>; open: boolean }
  | { kind: 'record'; fields: ReadonlyMap<string, Thunk>; tail: 'closed' | 'open' | SealKey }
  | { kind: 'arrow'; domain: Thunk; codomain: Thunk }
  | { kind: 'forall'; instantiate: (polarity: boolean) => Value }
  | { kind: 'variable'; key: SealKey };

/** A type as a value: a contract. */
export class TypeValue {
  constructor(readonly shape: TypeShape) {}
}

/**
 * A contract of std.contract: `predicate` is a function to a boolean, `validator` one to 'Ok or 'Error, `custom` one of
 * a label and a value to 'Ok value or 'Error.
 */
export class CustomContract {
  constructor(
    readonly kind: 'predicate' | 'validator' | 'custom',
    readonly check: Thunk,
  ) {}
}

/** The names that an expression sees: one name with its value, or the fields of a record. Innermost first. */
export interface Env {
  readonly name: string | undefined;
  readonly thunk: Thunk | undefined;
  readonly names: ReadonlySet<string> | undefined;
  readonly record: RecordValue | undefined;
  readonly parent: Env | undefined;
}

/**
 * How a field gets its value. It is instantiated for the record that holds it in the end: merging puts bodies of several
 * records into one, and each then sees the final values of the others.
 */
export interface Body {
  instantiate(record: RecordValue): Thunk;
}

/** A value that does not depend on the record. */
export class FixedBody implements Body {
  constructor(private readonly thunk: Thunk) {}

  instantiate(): Thunk {
    return this.thunk;
  }
}

/** A contract of a field, which may refer to other fields of the record. */
export interface FieldContract {
  /** What makes two contracts the same one: it is applied only once. */
  readonly identity: unknown;
  apply(record: RecordValue, thunk: Thunk): Thunk;
  /** The same for a record that is itself checked with that polarity. */
  withPolarity(polarity: boolean): FieldContract;
}

/** A field of a record with its metadata. Without a body it has no value yet. */
export interface Field {
  body: Body | undefined;
  contracts: readonly FieldContract[];
  /** `default` is -Infinity, no annotation 0, `force` Infinity. */
  priority: Numeric;
  optional: boolean;
  notExported: boolean;
  doc: string | undefined;
  /** Where the name is written. */
  name: Span | undefined;
}

/** A field with a known value and no metadata. */
export function plainField(thunk: Thunk, name?: Span): Field {
  return {
    body: new FixedBody(thunk),
    contracts: [],
    priority: 0,
    optional: false,
    notExported: false,
    doc: undefined,
    name,
  };
}

/** A record. A field is evaluated when it is used first, in the environment of the final record. */
export class RecordValue {
  readonly #thunks = new Map<string, Thunk>();

  constructor(
    readonly fields: ReadonlyMap<string, Field>,
    /** Whether it allows other fields when it is used as a contract. */
    readonly open = false,
    /** Fields that a polymorphic contract hides. */
    readonly hidden?: { key: SealKey; fields: ReadonlyMap<string, Field> },
  ) {}

  static from(entries: Iterable<readonly [string, Thunk]>): RecordValue {
    const fields = new Map<string, Field>();
    for (const [name, thunk] of entries) fields.set(name, plainField(thunk));
    return new RecordValue(fields);
  }

  /** The value of a field with its contracts, or undefined for a field that is absent or has no value. */
  thunk(name: string): Thunk | undefined {
    const cached = this.#thunks.get(name);
    if (cached) return cached;
    const field = this.fields.get(name);
    if (!field?.body) return undefined;
    let thunk = field.body.instantiate(this);
    for (const contract of field.contracts) thunk = contract.apply(this, thunk);
    this.#thunks.set(name, thunk);
    return thunk;
  }

  /** Whether the field is there for functions that list fields: an optional field without a value is not. */
  has(name: string): boolean {
    const field = this.fields.get(name);
    return field !== undefined && (field.body !== undefined || !field.optional);
  }

  /** The names of its fields, sorted by code points as Nickel does. */
  names({ withOptional = false } = {}): string[] {
    const names = [...this.fields.keys()];
    return (withOptional ? names : names.filter((name) => this.has(name))).sort(compareText);
  }

  /** The same fields, their values fixed: merging no longer changes what depends on what. */
  frozen(): Map<string, Field> {
    const fields = new Map<string, Field>();
    for (const [name, field] of this.fields) {
      const thunk = this.thunk(name);
      fields.set(name, thunk ? { ...field, body: new FixedBody(thunk), contracts: [] } : field);
    }
    return fields;
  }
}
