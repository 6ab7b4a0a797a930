import type { Decision } from '@provisioning/policy';
import type { EventSubject } from '../domain/event/event-subject.js';

/** Who may hear of something; undefined where that is not known. */
export interface Reader {
  mayRead(subject: EventSubject): boolean | undefined;
}

type Ask = (resource: string, context: Record<string, unknown>) => Decision['effect'] | undefined;

/** Whether somebody may hear of it: allowed in every infra that it is about, and denied nothing else that it tells of. */
export function isReadable({ resource, contexts, alsoAbout }: EventSubject, ask: Ask): boolean | undefined {
  let open = false;
  for (const context of contexts) {
    const effect = ask(resource, context);
    if (effect === undefined) open = true;
    else if (effect !== 'ALLOW') return false;
    for (const asked of alsoAbout) {
      const other = ask(asked, context);
      if (other === undefined) open = true;
      else if (other === 'EXPLICIT_DENY') return false;
    }
  }
  return open ? undefined : true;
}

/** Conditions may look at the time: what was decided is asked again after this. */
const REMEMBERED_MS = 5_000;
const REMEMBERED = 10_000;

/** What was decided about things, asked once for each of them and for each revision of the policies. */
export class Remembered<Answer> {
  readonly #known = new Map<string, Answer>();
  #revision: number | undefined;
  #until = 0;

  get({ key }: EventSubject, revision: number, now: number, decide: () => Answer): Answer {
    if (revision !== this.#revision || now >= this.#until || this.#known.size >= REMEMBERED) {
      this.#known.clear();
      this.#revision = revision;
      this.#until = now + REMEMBERED_MS;
    }
    const known = this.#known.get(key);
    if (known !== undefined || this.#known.has(key)) return known as Answer;
    const answer = decide();
    this.#known.set(key, answer);
    return answer;
  }
}
