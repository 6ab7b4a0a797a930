const DAY_MS = 86_400_000;

/**
 * Returns a time before everything that belongs to the object with this id, so that a query reads only the partitions since
 * then. UUIDs of version 7 begin with their time; the margin of a day allows for differences between clocks. Other UUIDs
 * have no time: `-infinity`.
 */
export function notBefore(id: string): Date | '-infinity' {
  if (id[14] !== '7') return '-infinity';
  return new Date(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16) - DAY_MS);
}
