import { RESOURCE_ACTIONS } from '@provisioning/provisioner/report';
import { PatternSet } from './pattern-set.js';
import { formsOf, MIN_LENGTH, type Form } from './secret-forms.js';
import { layoutOf, TextView } from './text-view.js';

const MASK = '***';
const BASE64 = /[A-Za-z0-9+/_-]/;
/** Fields whose content a program chooses. All other names and words of a report belong to the protocol. */
const FREE_MEMBERS = new Set(['data', 'before', 'after']);
const OUR_WORDS = new Set<unknown>(['resource', ...RESOURCE_ACTIONS]);

/** A part of a text, from `start` up to `end`. */
export interface Range {
  start: number;
  end: number;
}

/** The position at which a text may end with the start of a secret; its length if it does not. */
export interface OpenEnd {
  start: number;
  /** In visible characters. */
  length: number;
}

/** An output; if it was too long, its start, a note about the cut, and its end. */
export interface CutText {
  head: string;
  cut?: { note: string; tail: string } | undefined;
}

/**
 * Masks the secrets that commands receive in every form in which they print them: unchanged, in Base64 or hex, with URL or
 * JSON escapes, and split by line ends, control characters or colours. A `LineMasker` masks output as it is printed.
 */
export class Masker {
  readonly #forms: readonly Form[];
  readonly #patterns: PatternSet;
  readonly #byFirst = new Map<string, string[]>();
  readonly #longest: number;

  constructor(secrets: readonly string[]) {
    this.#forms = formsOf(secrets);
    this.#patterns = new PatternSet(this.#forms.map(({ text }) => text));
    this.#longest = this.#forms.reduce((longest, { text }) => Math.max(longest, text.length), 0);
    for (const { text } of this.#forms)
      this.#byFirst.set(text[0]!, [...(this.#byFirst.get(text[0]!) ?? []), text]);
  }

  /** @returns the text with `***` for each secret; line ends and colours within a secret stay */
  mask(text: string): string {
    return this.#forms.length === 0 ? text : maskRanges(text, this.#secretsIn(TextView.of(text)));
  }

  /** The same for a text whose middle was cut: no half of a secret that was cut in two stays. */
  maskCut({ head, cut }: CutText): string {
    if (!cut) return this.mask(head);
    if (this.#forms.length === 0) return head + cut.note + cut.tail;
    const { secrets, open } = this.find(head);
    if (open.length >= MIN_LENGTH) secrets.push({ start: open.start, end: head.length });
    const ending = TextView.of(cut.tail);
    const half = { start: 0, end: this.#closedStart(ending) };
    return [
      maskRanges(head, union(secrets)),
      cut.note,
      maskRanges(cut.tail, union([...(half.end > 0 ? [half] : []), ...this.#secretsIn(ending)])),
    ].join('');
  }

  /** The same for every text of a report. The protocol's own words are not masked, because programs read them. */
  maskAll<T>(value: T): T {
    if (this.#forms.length === 0) return value;
    // Safe cast: masking changes texts only, so the shape stays.
    return this.#deep(value, false) as T;
  }

  /** The places of secrets in a text, and where the text may end with the start of one. */
  find(text: string): { secrets: Range[]; open: OpenEnd } {
    if (this.#forms.length === 0) return { secrets: [], open: { start: text.length, length: 0 } };
    const views = TextView.of(text);
    return { secrets: this.#secretsIn(views), open: this.#openEnd(text, views) };
  }

  #secretsIn(views: readonly TextView[]): Range[] {
    const ranges = views.flatMap((view) =>
      this.#patterns.findIn(view.text).map(({ pattern, start, end }) => {
        const { before, after } = this.#forms[pattern]!;
        const from = before && start > 0 && BASE64.test(view.text[start - 1]!) ? start - 1 : start;
        const to = after && end < view.text.length && BASE64.test(view.text[end]!) ? end + 1 : end;
        return view.origin(from, to);
      }),
    );
    return union(ranges);
  }

  #openEnd(text: string, views: readonly TextView[]): OpenEnd {
    let open = { start: text.length, length: 0 };
    for (const view of views) {
      const { finishedLength: end, text: seen } = view;
      // An incomplete escape may be the first character of a secret, or its next one.
      const isBeginning = (start: number) =>
        start === end ? end < seen.length : this.#isBeginning(seen.slice(start, end));
      for (let start = Math.max(0, end - this.#longest + 1); start <= end; start++) {
        if (!isBeginning(start)) continue;
        const origin = view.origin(start, seen.length);
        if (origin.start < open.start) open = { start: origin.start, length: Math.max(end - start, 1) };
        break;
      }
    }
    return open;
  }

  #isBeginning(text: string): boolean {
    const candidates = this.#byFirst.get(text[0]!) ?? [];
    return candidates.some((form) => form.length > text.length && form.startsWith(text));
  }

  /** The end of the rest of a secret with which a text starts; 0 if there is none. */
  #closedStart(views: readonly TextView[]): number {
    const ends = views.map((view) => {
      for (let end = Math.min(view.text.length, this.#longest - 1); end >= MIN_LENGTH; end--) {
        const ending = view.text.slice(0, end);
        if (this.#forms.some((form) => form.text.endsWith(ending))) return view.origin(0, end).end;
      }
      return 0;
    });
    return Math.max(...ends);
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

/** @param ranges in order, without overlaps */
export function maskRanges(text: string, ranges: readonly Range[]): string {
  let masked = '';
  let from = 0;
  for (const { start, end } of ranges) {
    masked += text.slice(from, start) + MASK + layoutOf(text.slice(start, end));
    from = end;
  }
  return masked + text.slice(from);
}

/** Merges ranges that overlap. @returns them in order */
export function union(ranges: Range[]): Range[] {
  const merged: Range[] = [];
  for (const { start, end } of ranges.sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last && start < last.end) last.end = Math.max(last.end, end);
    else merged.push({ start, end });
  }
  return merged;
}
