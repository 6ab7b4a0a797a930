import type { Question } from '@provisioning/policy';

/** Something that not every user may read, as an event or a row of a list. */
export interface Readable {
  /** All of them must be answered with yes. */
  questions: readonly Question[];
  /** The same for the same questions. */
  key: string;
}

/** Most answers are remembered by their key: then nobody asks for the questions. */
export function lazyReadable(key: string, make: () => readonly Question[]): Readable {
  let made: readonly Question[] | undefined;
  return {
    key,
    get questions() {
      return (made ??= make());
    },
  };
}

/** What a user, or all users with the same rights, may read; undefined where that is not known. */
export interface Reader {
  mayRead(readable: Readable): boolean | undefined;
}

/** Conditions may depend on the time: an answer is asked for again after this. */
const REMEMBERED_MS = 5_000;
const REMEMBERED = 100_000;

/** Answers by what was asked about, kept for one revision of the policies. */
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
    if (known !== undefined || this.#known.has(key)) return known as Answer;
    const given = answer();
    this.#known.set(key, given);
    return given;
  }
}
