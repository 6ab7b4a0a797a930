import type { Event, LogLine } from '@provisioning/contracts';

/** The number of lines that are kept: a log may have millions. Those that were dropped are fetched again when they are looked at. */
const MOST_LINES = 20_000;

/** Lines of a log that are known, by their number; what is between them is fetched when it is looked at. */
export class LogLines {
  readonly #lines = new Map<number, LogLine>();
  #last = 0;
  /** The lines on the screen, which are not dropped. */
  #shown = { from: 0, to: 0 };
  #version = 0;
  readonly #listeners = new Set<() => void>();

  /** The number of the last line that exists, as far as is known. */
  get last(): number {
    return this.#last;
  }

  /** Changes whenever anything does. */
  get version(): number {
    return this.#version;
  }

  line(number: number): LogLine | undefined {
    return this.#lines.get(number);
  }

  add(lines: readonly LogLine[]): void {
    for (const line of lines) {
      this.#lines.set(line.line, line);
      if (line.line > this.#last) this.#last = line.line;
    }
    this.#changed();
  }

  /** What events brought. A piece that was cut leaves a gap, as a missed event does. */
  take(events: readonly Event[]): void {
    for (const { event_type, data, timestamp } of events) {
      if (event_type !== 'LogEntry') continue;
      const first = Number(data['first_line']);
      const count = Number(data['line_count']);
      const texts = data['truncated'] ? [] : String(data['text']).split('\n');
      texts.slice(0, count).forEach((text, index) => {
        const line = first + index;
        this.#lines.set(line, { line, attempt: Number(data['attempt']), timestamp, text });
      });
      this.#last = Math.max(this.#last, first + count - 1);
    }
    this.#changed();
  }

  /** Notes the lines on the screen, which are never dropped. */
  show(from: number, to: number): void {
    this.#shown = { from, to };
  }

  /** The first line from `from` to `to` that is not known. */
  firstGap(from: number, to: number): number | undefined {
    for (let line = Math.max(1, from); line <= Math.min(to, this.#last); line += 1)
      if (!this.#lines.has(line)) return line;
    return undefined;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #changed(): void {
    this.#drop();
    this.#version += 1;
    for (const listener of this.#listeners) listener();
  }

  /** Drops those that have been known for longest. */
  #drop(): void {
    const { from, to } = this.#shown;
    let surplus = this.#lines.size - MOST_LINES;
    if (surplus <= 0) return;
    for (const number of this.#lines.keys()) {
      if (surplus <= 0) return;
      if (number >= from && number <= to) continue;
      this.#lines.delete(number);
      surplus -= 1;
    }
  }
}
