import { NickelError } from '../nickel-error.js';
import { isNumeric, toDouble, toPlainNumber } from '../data/number.js';
import { contains, type Span } from '../source.js';
import { describeValue } from './describe.js';
import type { Machine } from './machine.js';
import { ArrayValue, EnumValue, RecordValue, type Thunk } from './values.js';

/**
 * Plain data with the place where each part is written. The fields of records are sorted by name. Whole numbers beyond the
 * safe range are bigints.
 */
export type Exported = { span: Span | undefined } & (
  | { kind: 'scalar'; value: null | boolean | string | number | bigint }
  | { kind: 'tag'; value: string }
  | { kind: 'array'; items: Exported[] }
  | { kind: 'record'; fields: { name: string; nameSpan: Span | undefined; value: Exported }[] }
);

const MAX_DEPTH = 400;

/**
 * Evaluates all of a value.
 * @throws NickelError with the path of the part that has no data
 */
export function exportValue(machine: Machine, thunk: Thunk): Exported {
  return new Exporter(machine).value(thunk, []);
}

class Exporter {
  constructor(private readonly machine: Machine) {}

  value(thunk: Thunk, path: (string | number)[]): Exported {
    if (path.length > MAX_DEPTH) {
      throw new NickelError('limit', `The value nests more than ${MAX_DEPTH} levels deep.`, {
        span: thunk.span,
      });
    }
    this.machine.step();
    try {
      return this.#parts(thunk, path);
    } catch (error) {
      if (error instanceof NickelError) {
        error.path ??= showPath(path);
        error.span ??= thunk.span;
      }
      throw error;
    }
  }

  #parts(thunk: Thunk, path: (string | number)[]): Exported {
    const { span } = thunk;
    const value = this.machine.force(thunk);
    this.machine.charge(typeof value === 'string' ? value.length : 1);
    if (isNumeric(value)) {
      if (!Number.isFinite(toDouble(value))) {
        throw new NickelError('evaluation', `Data cannot contain numbers beyond ±${Number.MAX_VALUE}.`, {
          span,
        });
      }
      return { kind: 'scalar', value: toPlainNumber(value), span };
    }
    if (value === null || typeof value === 'boolean' || typeof value === 'string') {
      return { kind: 'scalar', value, span };
    }
    if (value instanceof ArrayValue) {
      return {
        kind: 'array',
        items: value.items.map((item, index) => this.value(item, [...path, index])),
        span,
      };
    }
    if (value instanceof RecordValue) return this.#record(value, span, path);
    if (value instanceof EnumValue && !value.argument) return { kind: 'tag', value: value.tag, span };
    throw new NickelError('evaluation', `Data cannot contain ${describeValue(value)}.`, {
      span,
      notes: ['Mark a field that is not data with "| not_exported".'],
    });
  }

  #record(record: RecordValue, span: Span | undefined, path: (string | number)[]): Exported {
    const fields: (Exported & { kind: 'record' })['fields'] = [];
    for (const name of record.names()) {
      const field = record.fields.get(name)!;
      if (field.notExported) continue;
      const thunk = record.thunk(name);
      const inner = [...path, name];
      if (!thunk) {
        const error = new NickelError('evaluation', `The field "${showPath(inner)}" has no value.`, {
          // A record that declares the field itself is best shown by the declaration, another by its own place.
          span: !span || (field.name && contains(span, field.name)) ? field.name : span,
          blame: { contract: field.name, value: span },
          notes: ['Give it a value, or mark it with "| optional" where it is declared.'],
        });
        error.path = showPath(inner);
        throw error;
      }
      fields.push({ name, nameSpan: field.name, value: this.value(thunk, inner) });
    }
    return { kind: 'record', fields, span };
  }
}

function showPath(path: readonly (string | number)[]): string {
  return path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`))
    .join('');
}
