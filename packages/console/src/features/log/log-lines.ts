import type { Event, LogLine } from '@provisioning/contracts';

/** Lines of a log that are known, by their number; what is between them is fetched when it is looked at. */
export class LogLines {
  readonly #lines = new Map<number, LogLine>();
  #last = 0;
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
    this.#version += 1;
    for (const listener of this.#listeners) listener();
  }
}
