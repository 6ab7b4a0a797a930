/** Escapes the wildcards of LIKE. */
export function literal(text: string): string {
  return text.replaceAll(/[\\%_]/g, '\\$&');
}

/** Returns the pattern of LIKE for values that contain a text. */
export function containing(text: string): string {
  return `%${literal(text)}%`;
}
