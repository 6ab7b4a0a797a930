import { evaluationError } from '../nickel-error.js';
import type { Annotation, Expression, FieldDefinition, Metadata, RecordExpression } from '../syntax/ast.js';
import { scopeOf } from '../syntax/scope.js';
import { bindFields, lookup } from './env.js';
import { describeValue } from './describe.js';
import { Label } from './label.js';
import type { Machine } from './machine.js';
import { mergeFields } from './merge.js';
import { RecordValue, Thunk, type Body, type Env, type Field, type FieldContract } from './values.js';

/** One evaluation of a record that is written out: what its fields see outside it, and which names are its own. */
class Literal {
  readonly names: ReadonlySet<string>;
  /** The environment of the record that was asked for last; most are asked for one record alone. */
  #last: { record: RecordValue; env: Env } | undefined;

  constructor(
    readonly machine: Machine,
    expression: RecordExpression,
    readonly outer: Env,
  ) {
    this.names = scopeOf(expression);
  }

  /** What the fields see when they are part of that record. */
  envFor(record: RecordValue): Env {
    if (this.names.size === 0) return this.outer;
    if (this.#last?.record !== record) {
      this.#last = { record, env: bindFields(this.outer, this.names, record) };
    }
    return this.#last.env;
  }
}

class WrittenBody implements Body {
  constructor(
    private readonly literal: Literal,
    private readonly expression: Expression,
  ) {}

  instantiate(record: RecordValue): Thunk {
    return this.literal.machine.delay(this.expression, this.literal.envFor(record));
  }
}

/** A field that takes its value from the name outside the record. */
class IncludedBody implements Body {
  constructor(
    private readonly literal: Literal,
    private readonly name: string,
    private readonly expression: Expression,
  ) {}

  instantiate(): Thunk {
    const { machine, outer } = this.literal;
    const { span } = this.expression;
    return new Thunk(() => machine.force(lookup(outer, this.name, span)), span);
  }
}

class WrittenContract implements FieldContract {
  constructor(
    private readonly literal: Literal,
    private readonly annotation: Annotation,
    private readonly name: string,
    private readonly polarity = true,
    // One annotation is a different contract in each evaluation of its record: what it refers to may differ.
    readonly identity: unknown = {},
  ) {}

  apply(record: RecordValue, thunk: Thunk): Thunk {
    const { machine } = this.literal;
    const { type } = this.annotation;
    const label = Label.at(type.span, thunk.span, this.polarity).ofField(this.name, thunk.span);
    return machine.contracts.wrap(machine.delay(type, this.literal.envFor(record)), label, thunk);
  }

  withPolarity(polarity: boolean): FieldContract {
    return new WrittenContract(this.literal, this.annotation, this.name, polarity, this.identity);
  }
}

/** The value of a record that is written out. */
export function evaluateRecord(machine: Machine, expression: RecordExpression, env: Env): RecordValue {
  const literal = new Literal(machine, expression, env);
  const fields = new Map<string, Field>();
  machine.charge(expression.fields.size);
  for (const [name, definitions] of expression.fields) {
    const [first, ...others] = definitions.map((definition) => defineField(literal, name, definition));
    fields.set(
      name,
      others.reduce((field, other) => mergeFields(machine, field, other, expression.span), first!),
    );
  }
  for (const { name, metadata } of expression.includes) {
    const { text, span } = name;
    const body = new IncludedBody(literal, text, { kind: 'variable', name: text, span });
    fields.set(text, fieldWith(literal, text, metadata, body, { span, name: span }));
  }
  const record = new RecordValue(fields, expression.open);
  if (expression.dynamic.length > 0) addDynamic(literal, expression, record, fields);
  return record;
}

/** Fields whose names are computed; the names may depend on the other fields. */
function addDynamic(
  literal: Literal,
  expression: RecordExpression,
  record: RecordValue,
  fields: Map<string, Field>,
): void {
  const { machine } = literal;
  for (const { name, definition } of expression.dynamic) {
    const key = machine.evaluate(name, literal.envFor(record));
    if (typeof key !== 'string') {
      throw evaluationError(`The name of a field must be a string, but is ${describeValue(key)}.`, name.span);
    }
    const field = defineField(literal, key, definition);
    const earlier = fields.get(key);
    if (earlier?.body && field.body && !expression.fields.has(key)) {
      throw evaluationError(`The field "${key}" is defined twice.`, name.span);
    }
    fields.set(key, earlier ? mergeFields(machine, earlier, field, expression.span) : field);
  }
}

function defineField(literal: Literal, name: string, definition: FieldDefinition): Field {
  const body = definition.value && new WrittenBody(literal, definition.value);
  return fieldWith(literal, name, definition.metadata, body, definition);
}

function fieldWith(
  literal: Literal,
  name: string,
  metadata: Metadata,
  body: Body | undefined,
  { name: nameSpan }: Pick<FieldDefinition, 'name' | 'span'>,
): Field {
  return {
    body,
    contracts: metadata.annotations.map((annotation) => new WrittenContract(literal, annotation, name)),
    priority: metadata.priority ?? 0,
    optional: metadata.optional ?? false,
    notExported: metadata.notExported ?? false,
    doc: metadata.doc,
    name: nameSpan,
  };
}
