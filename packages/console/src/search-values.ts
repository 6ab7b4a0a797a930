/** Reads the values of an address. What is not known is undefined. */

/** The parameters of an address as they stand in it. */
export type Given = Record<string, unknown>;

/** One of these words. */
export function oneOf<const Words extends readonly string[]>(
  words: Words,
  given: unknown,
): Words[number] | undefined {
  return words.find((word) => word === given);
}

/** Those of these words that the value names, separated by commas; undefined where it names none. */
export function someOf<const Words extends readonly string[]>(
  words: Words,
  given: unknown,
): Words[number][] | undefined {
  const named = new Set(String(given ?? '').split(','));
  const found = words.filter((word) => named.has(word));
  return found.length > 0 ? found : undefined;
}

/** A day, such as `2026-01-31`. */
export function day(given: unknown): string | undefined {
  const value = String(given ?? '');
  return /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value)) ? value : undefined;
}

/** A whole number of at least `least`. */
export function numberFrom(given: unknown, least: number): number | undefined {
  const value = Number(given);
  return Number.isSafeInteger(value) && value >= least ? value : undefined;
}

/** A text that is not empty, cut at 2,000 characters. */
export function text(given: unknown): string | undefined {
  return typeof given === 'string' && given !== '' ? given.slice(0, 2_000) : undefined;
}

type Defined<Members> = { [Name in keyof Members]?: Exclude<Members[Name], undefined> };

/** The members that have a value. */
export function defined<Members extends object>(members: Members): Defined<Members> {
  // Safe cast: members without a value are left out.
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined),
  ) as Defined<Members>;
}
