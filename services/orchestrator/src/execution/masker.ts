import { RESOURCE_ACTIONS } from '@provisioning/provisioner/report';

const MASK = '***';
/** What a program fills as it likes; everywhere else the names of members are ours, and so are these words. */
const FREE_MEMBERS = new Set(['data', 'before', 'after']);
const OUR_WORDS = new Set<unknown>(['resource', ...RESOURCE_ACTIONS]);

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

  /** The same in every text of what was reported; of the report's own words nothing, for they are read again by machines. */
  maskAll<T>(value: T): T {
    if (this.#secrets.length === 0) return value;
    return this.#deep(value, false) as T;
  }

  #deep(value: unknown, free: boolean): unknown {
    if (typeof value === 'string') return this.mask(value);
    if (Array.isArray(value)) return value.map((item) => this.#deep(item, free));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]: [string, unknown]) => {
        if (free) return [this.mask(key), this.#deep(item, true)];
        const isOurs = (key === 'type' || key === 'action') && OUR_WORDS.has(item);
        return [key, isOurs ? item : this.#deep(item, FREE_MEMBERS.has(key))];
      }),
    );
  }
}
