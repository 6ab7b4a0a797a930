import { NickelError } from './nickel-error.js';

const NUMBER = /0x[0-9A-Fa-f]+|0o[0-7]+|0b[01]+|[0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]+)?/y;
const WHOLE = /^(?:[0-9]+|0[xob][0-9A-Fa-f]+)$/;
const JOINED_TO_NAME = /[A-Za-z_]/;

/** The number at that position, or undefined if none starts there. */
export function readNumber(text: string, start: number): { value: number; end: number } | undefined {
  NUMBER.lastIndex = start;
  const written = NUMBER.exec(text)?.[0];
  if (written === undefined) return undefined;
  const end = start + written.length;
  if (JOINED_TO_NAME.test(text[end] ?? '')) {
    throw new NickelError(
      `"${written}${text[end]}" is neither a number nor a name. Put texts in double quotes.`,
      start,
    );
  }
  const value = Number(written);
  // Nickel's numbers are exact: silent rounding would give other values than Nickel does.
  if (!Number.isFinite(value) || (WHOLE.test(written) && !Number.isSafeInteger(value))) {
    throw new NickelError(`The number ${shorten(written)} is too large to be stored exactly.`, start);
  }
  return { value, end };
}

function shorten(written: string): string {
  return written.length > 40 ? `${written.slice(0, 40)}…` : written;
}
