import type { Question } from '@provisioning/policy';

/** An object with restricted access, such as an event or a row of a list. */
export interface Readable {
  /** A reader needs a positive answer to every question. */
  questions: readonly Question[];
  /** Equal for equal questions. */
  key: string;
}

/** Computes the questions only when they are needed: most answers are cached by key. */
export function lazyReadable(key: string, make: () => readonly Question[]): Readable {
  let made: readonly Question[] | undefined;
  return {
    key,
    get questions() {
      return (made ??= make());
    },
  };
}

/** A user, or an audience. Undefined: the answer depends on the user. */
export interface Reader {
  mayRead(readable: Readable): boolean | undefined;
}

/** Policies may have conditions on the time, so cached answers expire. */
const REMEMBERED_MS = 5_000;
const REMEMBERED = 100_000;

/** A cache of answers for one revision of the policies. */
export class Remembered<Answer> {
  readonly #known = new Map<string, Answer>();
  #revision: number | undefined;
  #until = 0;

  get({ key }: Readable, revision: number, now: number, answer: () => Answer): Answer {
    if (revision !== this.#revision || now >= this.#until || this.#known.size >= REMEMBERED) {
      this.#known.clear();
      this.#revision = revision;
      this.#until = now + REMEMBERED_MS;
    }
    const known = this.#known.get(key);
    // Safe cast: the key contains the question, whose answers have this type.
    if (known !== undefined || this.#known.has(key)) return known as Answer;
    const given = answer();
    this.#known.set(key, given);
    return given;
  }
}
