const DAY_MS = 86_400_000;

/**
 * What belongs to the thing with that id is not older than this: ids of version 7 begin with their time. So a reader looks
 * into the parts of the days since, not into all. A day of margin, for clocks differ; other ids tell nothing.
 */
export function notBefore(id: string): Date | '-infinity' {
  if (id[14] !== '7') return '-infinity';
  return new Date(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16) - DAY_MS);
}
