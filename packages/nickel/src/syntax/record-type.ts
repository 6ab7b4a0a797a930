import type { Expression, FieldDefinition, RecordExpression, RowTail } from './ast.js';
import type { Cursor } from './cursor.js';

const VALUES: ReadonlySet<Expression['kind']> = new Set(['constant', 'chunks', 'enum', 'array']);

/**
 * An expression in the place of a type: a record of types alone is a record type.
 * @throws NickelError `syntax` for a value that is no contract, such as a number
 */
export function asType(cursor: Cursor, expression: Expression): Expression {
  if (VALUES.has(expression.kind)) {
    throw cursor.error(
      'A type or contract is expected here, but this is a value. A field gets its value after "=".',
      expression.span,
    );
  }
  return expression.kind === 'record' ? recordAsType(cursor, expression) : expression;
}

/**
 * A record whose fields have a type and nothing else is a record type; any other is a contract, and stays a record.
 * With a tail it must be a record type.
 */
export function recordAsType(cursor: Cursor, record: RecordExpression, tail?: RowTail): Expression {
  const fields = new Map<string, { type: Expression; name: FieldDefinition['name'] }>();
  for (const [name, [definition, ...others]] of record.fields) {
    const type = definition && others.length === 0 ? typeAlone(definition) : undefined;
    if (definition && type) fields.set(name, { type, name: definition.name });
  }
  const isType =
    !record.open &&
    fields.size === record.fields.size &&
    record.dynamic.length === 0 &&
    record.includes.length === 0;
  if (isType) {
    return { kind: 'recordType', fields, tail: tail ?? { kind: 'closed' }, span: record.span };
  }
  if (tail) {
    throw cursor.error(
      'A record with ";" is a type: its fields must have the form "name : Type".',
      record.span,
    );
  }
  return record;
}

function typeAlone({ metadata, value }: FieldDefinition): Expression | undefined {
  const { annotations, priority, optional, notExported } = metadata;
  const [annotation, ...others] = annotations;
  const more = others.length > 0 || value || priority !== undefined || optional || notExported;
  return !more && annotation?.kind === 'type' ? annotation.type : undefined;
}
