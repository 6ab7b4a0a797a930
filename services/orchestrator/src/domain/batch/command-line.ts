/** A command line, split at blanks: there is no shell, so nothing in it has a meaning of its own. */
export function wordsOf(line: string): string[] {
  return line.trim().split(/\s+/);
}
