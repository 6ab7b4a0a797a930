/** What the parser makes of a file; the evaluator merges fields and drops the difference between the ways to write them. */
export type Expression =
  | { kind: 'scalar'; value: string | number | boolean | null; tag: boolean; at: number }
  | { kind: 'array'; items: Expression[]; at: number }
  | { kind: 'record'; fields: FieldDefinition[]; at: number };

/** `a.b."c d" = value` */
export interface FieldDefinition {
  path: [FieldName, ...FieldName[]];
  value: Expression;
}

export interface FieldName {
  name: string;
  at: number;
}
