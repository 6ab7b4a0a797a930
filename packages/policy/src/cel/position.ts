/** A position in a text. Both counted from 1, the column in UTF-16 units as in editors. */
export interface Position {
  line: number;
  column: number;
}

/** One fault of a condition, and its position in the text. */
export interface ConditionFault extends Position {
  message: string;
}

/** Returns the position of an offset, which is counted in UTF-16 units from 0. */
export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
