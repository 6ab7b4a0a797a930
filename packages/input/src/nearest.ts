/** Longer names are not searched for, to bound the work for a long input. */
const MAX_CHARACTERS = 64;

/** A shorter beginning of a name says too little about which one is meant. */
const MIN_PREFIX = 3;

/**
 * The known name that an unknown one probably stands for; undefined if none is similar. Names are similar if they differ in
 * at most a third of the characters, ignoring case, or if one is the start of the other.
 */
export function nearest(name: string, known: readonly string[]): string | undefined {
  if (name.length > MAX_CHARACTERS) return undefined;
  const wanted = name.toLowerCase();
  let found: string | undefined;
  let least = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(wanted, candidate.toLowerCase());
    if (distance < least) [found, least] = [candidate, distance];
  }
  return found ?? known.find((candidate) => oneStartsTheOther(wanted, candidate.toLowerCase()));
}

function oneStartsTheOther(a: string, b: string): boolean {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return short.length >= MIN_PREFIX && long.startsWith(short);
}

/** The number of characters to insert, remove or replace (Levenshtein distance). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, replaced));
    }
    row = next;
  }
  return row[b.length]!;
}
