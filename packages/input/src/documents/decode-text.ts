import { decodeUtf8 } from '../utf8.js';
import type { Position } from './position.js';

/** Why bytes are not a valid text, and the position of the fault. */
export interface EncodingFault extends Position {
  message: string;
}

/** The text of a file in UTF-8, with or without a byte order mark. */
export function decodeText(bytes: Uint8Array): { text: string } | { fault: EncodingFault } {
  if (isUtf16(bytes))
    return {
      fault: {
        line: 1,
        column: 1,
        message: 'The file must be text in UTF-8, but is UTF-16. Save it as UTF-8.',
      },
    };
  const text = decodeUtf8(bytes);
  return text === undefined ? { fault: firstFault(bytes) } : { text };
}

/** Detected by the byte order mark or, without one, by the zero bytes among the first characters. */
function isUtf16([first, second, third, fourth]: Uint8Array): boolean {
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return true;
  return (first === 0 && third === 0 && second !== 0) || (second === 0 && fourth === 0 && first !== 0);
}

const LINE_END = 0x0a;

function firstFault(bytes: Uint8Array): EncodingFault {
  const lenient = new TextDecoder();
  for (let line = 1, start = 0; ; line++) {
    const next = bytes.indexOf(LINE_END, start);
    const end = next === -1 ? bytes.length : next;
    const ofLine = bytes.subarray(start, end);
    if (decodeUtf8(ofLine) === undefined) {
      const column = lenient.decode(ofLine).indexOf('\ufffd') + 1;
      return {
        line,
        column,
        message: 'The file must be text in UTF-8, but this character is not. Save it as UTF-8.',
      };
    }
    if (next === -1) return { line, column: 1, message: 'The file must be text in UTF-8. Save it as UTF-8.' };
    start = next + 1;
  }
}
