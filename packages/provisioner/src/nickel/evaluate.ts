import {
  type Located,
  type LocatedField,
  type LocatedRecord,
  positionAt,
} from '@provisioning/input/documents';
import type { Expression, FieldName } from './ast.js';
import { NickelError } from './nickel-error.js';
import { parseNickel } from './parser.js';

/**
 * Reads a Nickel file of plain data: records, arrays, strings, numbers, booleans, null and enum tags.
 * @throws NickelError
 */
export function evaluateNickel(text: string): Located {
  return new Evaluator(text).value(parseNickel(text));
}

class Evaluator {
  constructor(private readonly text: string) {}

  value(expression: Expression): Located {
    if (expression.kind === 'scalar') return expression;
    const { at } = expression;
    if (expression.kind === 'array')
      return { kind: 'array', items: expression.items.map((item) => this.value(item)), at };
    const record: LocatedRecord = { kind: 'record', fields: new Map(), at };
    for (const { path, value } of expression.fields) this.#define(record, path, this.value(value));
    return record;
  }

  /** Adds the field `path[0]` to the record. Each further name in the path adds a record around the value. */
  #define(record: LocatedRecord, path: readonly FieldName[], value: Located): void {
    const inner = path.reduceRight((inside, { name, at }, level): Located => {
      if (level === 0) return inside;
      return { kind: 'record', fields: new Map([[name, { value: inside, keyAt: at }]]), at };
    }, value);
    this.#merge(record, path[0]?.name ?? '', { value: inner, keyAt: path[0]?.at }, path[0]?.name ?? '');
  }

  #merge(record: LocatedRecord, name: string, field: LocatedField, shown: string): void {
    const earlier = record.fields.get(name);
    if (!earlier) {
      record.fields.set(name, field);
    } else if (earlier.value.kind === 'record' && field.value.kind === 'record') {
      for (const [inner, definition] of field.value.fields) {
        this.#merge(earlier.value, inner, definition, `${shown}.${inner}`);
      }
    } else if (!equal(earlier.value, field.value)) {
      const { line, column } = positionAt(this.text, earlier.value.at ?? 0);
      throw new NickelError(
        `The field "${shown}" has a different value at line ${line}, column ${column}. Remove one of the two.`,
        field.value.at ?? field.keyAt,
      );
    }
  }
}

function equal(one: Located, other: Located): boolean {
  if (one.kind === 'scalar' && other.kind === 'scalar')
    return one.value === other.value && one.tag === other.tag;
  if (one.kind === 'array' && other.kind === 'array') {
    return (
      one.items.length === other.items.length &&
      one.items.every((item, index) => equal(item, other.items[index]!))
    );
  }
  if (one.kind !== 'record' || other.kind !== 'record' || one.fields.size !== other.fields.size) return false;
  return [...one.fields].every(([name, field]) => {
    const counterpart = other.fields.get(name);
    return counterpart !== undefined && equal(field.value, counterpart.value);
  });
}
