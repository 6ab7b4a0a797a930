import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const READ_BYTES = 256 * 1024;
/** A line longer than this is cut into several: nobody's log view takes a line of megabytes. */
const MAX_LINE_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

/**
 * Reads what a program appends to a file, line by line. The program writes straight into the file, so a slow reader
 * never blocks it, a dead one loses nothing, and memory holds one piece of it at most.
 */
export class OutputFile {
  readonly #fd: number;
  #position = 0;
  #rest: Buffer = Buffer.alloc(0);

  constructor(path: string) {
    this.#fd = openSync(path, 'r');
  }

  get size(): number {
    return fstatSync(this.#fd).size;
  }

  /** The next complete lines, at most one piece; an empty list when there is nothing new. */
  readLines(): string[] {
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    const count = readSync(this.#fd, buffer, 0, READ_BYTES, this.#position);
    if (count === 0) return [];
    this.#position += count;
    return this.#split(Buffer.concat([this.#rest, buffer.subarray(0, count)]));
  }

  /** After the program has ended: what follows the last newline, if anything. */
  readRest(): string[] {
    const rest = this.#rest;
    this.#rest = Buffer.alloc(0);
    return rest.length > 0 ? [toText(rest)] : [];
  }

  /**
   * The whole output up to `limit` bytes, else its head and tail with a note of what was cut. Cut between lines: of half a
   * secret nobody could tell that it is one.
   */
  headAndTail(limit: number): string {
    const { size } = this;
    if (size <= limit) return this.#text(0, size);
    const half = Math.floor(limit / 2);
    const first = this.#text(0, half);
    const last = this.#text(size - half, half);
    const head = first.slice(0, first.lastIndexOf('\n') + 1);
    const tail = last.slice(last.indexOf('\n') + 1 || last.length);
    const bytes = size - Buffer.byteLength(head) - Buffer.byteLength(tail);
    return `${head}[… ${bytes} bytes cut here; the whole output is in the task's logs …]\n${tail}`;
  }

  close(): void {
    closeSync(this.#fd);
  }

  #text(position: number, length: number): string {
    const buffer = Buffer.alloc(length);
    const count = readSync(this.#fd, buffer, 0, length, position);
    return toText(buffer.subarray(0, count));
  }

  #split(data: Buffer): string[] {
    const lines: string[] = [];
    let start = 0;
    for (let end = data.indexOf(NEWLINE, start); end !== -1; end = data.indexOf(NEWLINE, start)) {
      lines.push(...cut(data.subarray(start, end)));
      start = end + 1;
    }
    let rest = data.subarray(start);
    while (rest.length > MAX_LINE_BYTES) {
      lines.push(toText(rest.subarray(0, MAX_LINE_BYTES)));
      rest = rest.subarray(MAX_LINE_BYTES);
    }
    this.#rest = Buffer.from(rest);
    return lines;
  }
}

function cut(line: Buffer): string[] {
  const parts: string[] = [];
  for (let start = 0; start === 0 || start < line.length; start += MAX_LINE_BYTES) {
    parts.push(toText(line.subarray(start, start + MAX_LINE_BYTES)));
  }
  return parts;
}

/** Postgres takes no NUL in a text. */
function toText(bytes: Buffer): string {
  return bytes.toString('utf8').replace(/\r$/, '').replaceAll('\0', '\ufffd');
}
