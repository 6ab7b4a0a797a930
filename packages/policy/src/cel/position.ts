/** Both counted from 1, the column in UTF-16 units as editors do. */
export interface Position {
  line: number;
  column: number;
}

/** One thing wrong with a condition, and where in its text. */
export interface ConditionFault extends Position {
  message: string;
}

export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
