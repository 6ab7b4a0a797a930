/** Splits a stream of chunks into lines. */
export class LineSplitter {
  #parts: Buffer[] = [];
  #size = 0;

  /** @param longer what happens to a line of more bytes: it is an error, or becomes several lines */
  constructor(
    private readonly maxBytes: number,
    private readonly longer: 'refuse' | 'cut' = 'refuse',
  ) {}

  /** @throws Error if a line is too long and must not be split */
  push(chunk: Buffer): string[] {
    const lines: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      this.#keep(chunk.subarray(start, end), lines);
      lines.push(this.#take());
      start = end + 1;
    }
    this.#keep(chunk.subarray(start), lines);
    return lines;
  }

  /** The text after the last line break. */
  rest(): string[] {
    return this.#size > 0 ? [this.#take()] : [];
  }

  #keep(part: Buffer, lines: string[]): void {
    let more = part;
    while (this.#size + more.length > this.maxBytes) {
      if (this.longer === 'refuse') throw new Error(`a line has more than ${this.maxBytes} bytes`);
      const fits = this.maxBytes - this.#size;
      this.#add(more.subarray(0, fits));
      lines.push(this.#take());
      more = more.subarray(fits);
    }
    this.#add(more);
  }

  #add(part: Buffer): void {
    this.#size += part.length;
    if (part.length > 0) this.#parts.push(part);
  }

  #take(): string {
    const line = Buffer.concat(this.#parts).toString('utf8');
    this.#parts = [];
    this.#size = 0;
    return line;
  }
}
