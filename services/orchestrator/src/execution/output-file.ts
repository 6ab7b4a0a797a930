import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import type { CutText } from './masking/masker.js';

const READ_BYTES = 256 * 1024;
/** Longer lines are split, because log views cannot show lines of megabytes. */
const MAX_LINE_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

/**
 * Reads what a program appends to a file, line by line. The program writes directly into the file, so a slow reader never
 * blocks it, a dead reader loses nothing, and memory has one piece of it at most.
 */
export class OutputFile {
  #fd: number | undefined;
  #position = 0;
  #rest: Buffer = Buffer.alloc(0);

  /** The file need not exist yet. */
  constructor(private readonly path: string) {}

  get size(): number {
    if (this.#fd === undefined) {
      if (!existsSync(this.path)) return 0;
      this.#fd = openSync(this.path, 'r');
    }
    return fstatSync(this.#fd).size;
  }

  /** Whether something was appended since the last read. */
  get hasMore(): boolean {
    return this.size > this.#position;
  }

  /** The next complete lines, at most one piece; empty if there is nothing new. */
  readLines(): string[] {
    const piece = this.#read(this.#position, Math.min(this.size - this.#position, READ_BYTES));
    if (piece.length === 0) return [];
    this.#position += piece.length;
    return this.#split(Buffer.concat([this.#rest, piece]));
  }

  /** After the program has ended: the text after the last line break, if any. */
  readRest(): string[] {
    const rest = this.#rest;
    this.#rest = Buffer.alloc(0);
    return rest.length > 0 ? [toText(rest)] : [];
  }

  /** The whole output up to `limit` bytes, otherwise its start and its end, cut between lines. */
  headAndTail(limit: number): CutText {
    const { size } = this;
    if (size <= limit) return { head: this.#text(0, size) };
    const half = Math.floor(limit / 2);
    const first = this.#text(0, half);
    const last = this.#text(size - half, half);
    const head = first.slice(0, first.lastIndexOf('\n') + 1);
    const tail = last.slice(last.indexOf('\n') + 1 || last.length);
    const bytes = size - Buffer.byteLength(head) - Buffer.byteLength(tail);
    return {
      head,
      cut: { note: `[… ${bytes} bytes cut here; the whole output is in the task's logs …]\n`, tail },
    };
  }

  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  #text(position: number, length: number): string {
    return toText(this.#read(position, length));
  }

  #read(position: number, length: number): Buffer {
    if (this.#fd === undefined || length <= 0) return Buffer.alloc(0);
    const buffer = Buffer.allocUnsafe(length);
    return buffer.subarray(0, readSync(this.#fd, buffer, 0, length, position));
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
      const end = cutEnd(rest, 0);
      lines.push(toText(rest.subarray(0, end)));
      rest = rest.subarray(end);
    }
    this.#rest = Buffer.from(rest);
    return lines;
  }
}

function cut(line: Buffer): string[] {
  const parts: string[] = [];
  let start = 0;
  do {
    const end = cutEnd(line, start);
    parts.push(toText(line.subarray(start, end)));
    start = end;
  } while (start < line.length);
  return parts;
}

/** Where a part of a long line ends: never within a UTF-8 character. */
function cutEnd(line: Buffer, start: number): number {
  let end = Math.min(start + MAX_LINE_BYTES, line.length);
  while (end < line.length && (line[end]! & 0xc0) === 0x80 && end > start + 1) end--;
  return end;
}

/** A text in Postgres cannot contain NUL. */
function toText(bytes: Buffer): string {
  return bytes.toString('utf8').replace(/\r$/, '').replaceAll('\0', '\ufffd');
}
