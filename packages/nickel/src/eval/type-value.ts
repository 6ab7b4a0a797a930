import type { Expression, TypeExpression } from '../syntax/ast.js';
import { bind } from './env.js';
import type { Machine } from './machine.js';
import { Thunk, TypeValue, type Env, type SealKey, type TypeShape } from './values.js';

const BASIC = {
  Dyn: new TypeValue({ kind: 'Dyn' }),
  Number: new TypeValue({ kind: 'Number' }),
  String: new TypeValue({ kind: 'String' }),
  Bool: new TypeValue({ kind: 'Bool' }),
};

/** A type that is written out, as a contract. */
export function evaluateType(machine: Machine, type: Expression & TypeExpression, env: Env): TypeValue {
  return type.kind === 'basicType' ? BASIC[type.type] : new TypeValue(shapeOf(machine, type, env));
}

function shapeOf(
  machine: Machine,
  type: Exclude<Expression & TypeExpression, { kind: 'basicType' }>,
  env: Env,
): TypeShape {
  const delay = (expression: Expression) => machine.delay(expression, env);
  switch (type.kind) {
    case 'arrayType':
      return { kind: 'array', element: delay(type.element) };
    case 'dictionaryType':
      return { kind: 'dictionary', element: delay(type.element), annotation: type.annotation };
    case 'enumType':
      return {
        kind: 'enum',
        rows: new Map(type.rows.map(({ tag, argument }) => [tag, argument && delay(argument)])),
        open: type.open,
      };
    case 'recordType': {
      const fields = new Map([...type.fields].map(([name, field]) => [name, delay(field.type)]));
      if (type.tail.kind !== 'variable') {
        return { kind: 'record', fields, tail: type.tail.kind === 'dynamic' ? 'open' : 'closed' };
      }
      return { kind: 'record', fields, tail: rowKey(machine, type.tail.name.text, type.tail.name.span, env) };
    }
    case 'arrowType':
      return { kind: 'arrow', domain: delay(type.domain), codomain: delay(type.codomain) };
    case 'forallType':
      return { kind: 'forall', instantiate: (polarity) => instantiate(machine, type, env, polarity) };
  }
}

/** The key of the row variable after ";". */
function rowKey(machine: Machine, name: string, span: TypeExpressionSpan, env: Env): SealKey | 'open' {
  const value = machine.evaluate({ kind: 'variable', name, span }, env);
  return value instanceof TypeValue && value.shape.kind === 'variable' ? value.shape.key : 'open';
}

type TypeExpressionSpan = Expression['span'];

/** Each use of `forall` has type variables of its own. */
function instantiate(
  machine: Machine,
  { variables, body }: Expression & { kind: 'forallType' },
  outer: Env,
  polarity: boolean,
): ReturnType<Machine['evaluate']> {
  let env = outer;
  for (const { text: name } of variables) {
    const key: SealKey = { name, polarity, excluded: rowsBeside(name, body) };
    env = bind(env, name, Thunk.of(new TypeValue({ kind: 'variable', key })));
  }
  return machine.evaluate(body, env);
}

/** The fields that stand beside a row variable anywhere in a type: the row must not have them again. */
function rowsBeside(variable: string, type: Expression, found = new Set<string>()): Set<string> {
  switch (type.kind) {
    case 'recordType':
      if (type.tail.kind === 'variable' && type.tail.name.text === variable) {
        for (const name of type.fields.keys()) found.add(name);
      }
      for (const field of type.fields.values()) rowsBeside(variable, field.type, found);
      break;
    case 'arrowType':
      rowsBeside(variable, type.domain, found);
      rowsBeside(variable, type.codomain, found);
      break;
    case 'arrayType':
    case 'dictionaryType':
      rowsBeside(variable, type.element, found);
      break;
    case 'forallType':
      if (!type.variables.some(({ text }) => text === variable)) rowsBeside(variable, type.body, found);
      break;
    default:
  }
  return found;
}
