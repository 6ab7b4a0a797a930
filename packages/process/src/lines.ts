import type { Writable } from 'node:stream';

/** The lines of this turn of the event loop, by stream. */
const waiting = new WeakMap<Writable, string[]>();

/**
 * Writes a message as a line of JSON. All lines of one turn of the event loop are written at once, in order: the other
 * process wakes up once for them, not once for each.
 */
export function sendLine(stream: Writable, message: object): void {
  if (!stream.writable) return;
  const line = `${JSON.stringify(message)}\n`;
  const lines = waiting.get(stream);
  if (lines) return void lines.push(line);
  waiting.set(stream, [line]);
  setImmediate(() => flushLines(stream));
}

/** Writes the lines that wait for the end of the turn. Call it before you end the stream. */
export function flushLines(stream: Writable): void {
  const lines = waiting.get(stream);
  if (!lines) return;
  waiting.delete(stream);
  if (stream.writable) stream.write(lines.join(''));
}
