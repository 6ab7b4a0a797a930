const MASK = '***';
/** A shorter value stands in too many words that are no secret. */
const MIN_LENGTH = 4;

/** Masks the secrets that commands are given, wherever they turn up again; of a secret of several lines, each line. */
export class Masker {
  readonly #secrets: readonly string[];

  constructor(secrets: readonly string[]) {
    const lines = secrets.flatMap((secret) => [secret, ...secret.split(/\r?\n/)]);
    const telling = lines.map((line) => line.trim()).filter(({ length }) => length >= MIN_LENGTH);
    // The longest first: one may stand in another.
    this.#secrets = [...new Set(telling)].sort((a, b) => b.length - a.length);
  }

  mask(text: string): string {
    let masked = text;
    for (const secret of this.#secrets) masked = masked.replaceAll(secret, MASK);
    return masked;
  }

  /** The same in every text of a JSON value, names of members included. */
  maskAll<T>(value: T): T {
    if (this.#secrets.length === 0) return value;
    return this.#deep(value) as T;
  }

  #deep(value: unknown): unknown {
    if (typeof value === 'string') return this.mask(value);
    if (Array.isArray(value)) return value.map((item) => this.#deep(item));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [this.mask(key), this.#deep(item)]));
  }
}
