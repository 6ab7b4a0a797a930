/** The parser's result. The evaluator merges fields; how they were written makes no difference to it. */
export type Expression =
  | { kind: 'scalar'; value: string | number | boolean | null; tag: boolean; at: number }
  | { kind: 'array'; items: Expression[]; at: number }
  | { kind: 'record'; fields: FieldDefinition[]; at: number };

/** `a.b."c d" = value` */
export interface FieldDefinition {
  path: [FieldName, ...FieldName[]];
  value: Expression;
}

/** One name of a field's path, with its place. */
export interface FieldName {
  name: string;
  at: number;
}
