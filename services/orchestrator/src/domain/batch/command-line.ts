/** Splits a command line at white space. No shell interprets it, so no character has a special meaning. */
export function wordsOf(line: string): string[] {
  return line.trim().split(/\s+/);
}
