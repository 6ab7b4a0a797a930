import type { Numeric } from '../data/number.js';
import type { Span } from '../source.js';
import type { Chunk } from './indentation.js';

/** A name where it is written. */
export interface Name {
  text: string;
  span: Span;
}

/** `: T` is a type, `| T` a contract; both are checked when the value is used. */
export interface Annotation {
  kind: 'type' | 'contract';
  type: Expression;
}

/** `default` is -Infinity, `force` Infinity. */
type Priority = Numeric;

/** What is said of a field besides its value. */
export interface Metadata {
  annotations: Annotation[];
  doc?: string;
  priority?: Priority;
  optional?: boolean;
  notExported?: boolean;
}

/** One definition of a field: a record may have several of one name, which are merged. */
export interface FieldDefinition {
  metadata: Metadata;
  value: Expression | undefined;
  /** From the name to the end of the value. */
  span: Span;
  /** The name alone. */
  name: Span;
}

/** A record as it is written. */
export interface RecordExpression {
  kind: 'record';
  fields: Map<string, FieldDefinition[]>;
  dynamic: { name: Expression; definition: FieldDefinition }[];
  includes: { name: Name; metadata: Metadata }[];
  open: boolean;
  span: Span;
  /** The names that its fields see, computed once. */
  scope?: ReadonlySet<string>;
}

/** A record without fields, which a parser adds to. */
export function emptyRecord(span: Span): RecordExpression {
  return { kind: 'record', fields: new Map(), dynamic: [], includes: [], open: false, span };
}

/** What follows the fields of a record type: nothing, `; Dyn` or `; a`. */
export type RowTail = { kind: 'closed' } | { kind: 'dynamic' } | { kind: 'variable'; name: Name };

/** A name, or a pattern of names, and the expression it is bound to. */
export interface LetBinding {
  pattern: Pattern;
  annotations: Annotation[];
  value: Expression;
}

/** A branch of `match`: `pattern if guard => body`. */
export interface MatchBranch {
  pattern: Pattern;
  guard: Expression | undefined;
  body: Expression;
}

/** The operators between two expressions. */
export type BinaryOperator =
  '++' | '@' | '*' | '/' | '%' | '+' | '-' | '&' | '|>' | '<' | '<=' | '>' | '>=' | '==' | '!=' | '&&' | '||';

/** How an imported file is read. */
export type ImportFormat = 'Nickel' | 'Json' | 'Yaml' | 'Toml' | 'Text';

/** An expression with its place in the text. */
export type Expression = { span: Span } & (
  | { kind: 'constant'; value: null | boolean | string | Numeric }
  | { kind: 'chunks'; chunks: Chunk<Expression>[] }
  | { kind: 'variable'; name: string }
  | { kind: 'enum'; tag: string; argument: Expression | undefined }
  | { kind: 'array'; items: Expression[] }
  | RecordExpression
  | { kind: 'let'; recursive: boolean; bindings: LetBinding[]; body: Expression }
  | { kind: 'function'; parameters: Pattern[]; body: Expression }
  | { kind: 'application'; head: Expression; arguments: Expression[] }
  | { kind: 'if'; condition: Expression; consequence: Expression; alternative: Expression }
  | { kind: 'match'; branches: MatchBranch[] }
  | { kind: 'binary'; operator: BinaryOperator; left: Expression; right: Expression }
  | { kind: 'not'; operand: Expression }
  | { kind: 'operator'; operator: BinaryOperator | '!' | '.' }
  | { kind: 'access'; record: Expression; field: Name }
  | { kind: 'dynamicAccess'; record: Expression; field: Expression }
  | { kind: 'annotated'; expression: Expression; annotations: Annotation[] }
  | { kind: 'import'; path: string; format: ImportFormat }
  | { kind: 'package'; name: string }
  | { kind: 'primitive'; name: string; arguments: Expression[] }
  | TypeExpression
);

/** A type in an annotation or a contract. */
export type TypeExpression =
  | { kind: 'basicType'; type: 'Dyn' | 'Number' | 'String' | 'Bool' }
  | { kind: 'arrayType'; element: Expression }
  | { kind: 'dictionaryType'; element: Expression; annotation: Annotation['kind'] }
  | { kind: 'enumType'; rows: { tag: string; argument: Expression | undefined }[]; open: boolean }
  | { kind: 'recordType'; fields: Map<string, { type: Expression; name: Span }>; tail: RowTail }
  | { kind: 'arrowType'; domain: Expression; codomain: Expression }
  | { kind: 'forallType'; variables: Name[]; body: Expression };

/** What is left over by a record or array pattern: an error, ignored, or bound to a name. */
export type PatternRest = { kind: 'none' } | { kind: 'ignored' } | { kind: 'bound'; name: string };

/** A field of a record pattern. */
export interface FieldPattern {
  name: string;
  annotations: Annotation[];
  fallback: Expression | undefined;
  pattern: Pattern;
  span: Span;
}

/** What a value is matched with. */
export type Pattern = { span: Span; alias?: string } & (
  | { kind: 'any'; name: string }
  | { kind: 'wildcard' }
  | { kind: 'constant'; value: null | boolean | string | Numeric }
  | { kind: 'enum'; tag: string; argument: Pattern | undefined }
  | { kind: 'record'; fields: FieldPattern[]; rest: PatternRest }
  | { kind: 'array'; items: Pattern[]; rest: PatternRest }
  | { kind: 'or'; patterns: Pattern[] }
);

/** The names that a pattern binds. */
export function boundNames(pattern: Pattern, names: string[] = []): string[] {
  if (pattern.alias !== undefined) names.push(pattern.alias);
  switch (pattern.kind) {
    case 'any':
      names.push(pattern.name);
      break;
    case 'enum':
      if (pattern.argument) boundNames(pattern.argument, names);
      break;
    case 'record':
      for (const field of pattern.fields) boundNames(field.pattern, names);
      if (pattern.rest.kind === 'bound') names.push(pattern.rest.name);
      break;
    case 'array':
      for (const item of pattern.items) boundNames(item, names);
      if (pattern.rest.kind === 'bound') names.push(pattern.rest.name);
      break;
    case 'or':
      // Every alternative binds the same names.
      if (pattern.patterns[0]) boundNames(pattern.patterns[0], names);
      break;
    default:
  }
  return names;
}
