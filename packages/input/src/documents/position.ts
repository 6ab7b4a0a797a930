/** A position in a text: line and column from 1; columns count UTF-16 units, as editors do. */
export interface Position {
  line: number;
  column: number;
}

/** The position of an offset. */
export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, Math.max(0, offset));
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: before.length - lineStart + 1 };
}

/** `production/config.ncl:7:14: servers[1].plan must be a string.`, in the form of compilers that editors link. */
export function atPlace(file: string, position: Partial<Position>, message: string): string {
  const { line, column } = position;
  return line === undefined ? `${file}: ${message}` : `${file}:${line}:${column ?? 1}: ${message}`;
}
