import { showPath } from './path.js';
import { scanJson, type JsonLimits, type JsonScan } from './scan-json.js';
import { findUnstorable } from './unstorable.js';

/** Why a JSON text is not accepted. */
export interface JsonFault {
  /** `syntax`: it is not JSON. `limit`: it breaks one of the rules. `text`: a text cannot be stored. */
  kind: 'syntax' | 'limit' | 'duplicate' | 'text';
  /** The path in the notation of messages; empty for the text as a whole. */
  path: string;
  /** What is wrong there: `is nested more than 32 levels deep`. It contains no value: values may be secrets. */
  message: string;
}

/** The limits of a JSON text. */
export interface JsonRules extends JsonLimits {
  /** Accepts texts that cannot be stored. */
  anyText?: boolean;
}

/** A parsed JSON text, or its fault. */
export type ReadJson = { value: unknown } | { fault: JsonFault };

/** In well-formed UTF-8, a text that cannot be stored can only be written as an escape. */
const ESCAPED = /\\u(?:0000|d[89a-f])/i;

/**
 * Parses a JSON text that must be unambiguous: no member twice in an object, and no text that would be changed when it is
 * stored.
 */
export function readJson(text: string, rules: JsonRules): ReadJson {
  return parseScanned(text, rules, scanJson(text, rules));
}

/** The same in two steps with a `pause` between them, because each takes long for megabytes of text. */
export async function readLongJson(
  text: string,
  rules: JsonRules,
  pause: () => Promise<void>,
): Promise<ReadJson> {
  const scan = scanJson(text, rules);
  await pause();
  return parseScanned(text, rules, scan);
}

function parseScanned(text: string, rules: JsonRules, { exceeded, duplicate }: JsonScan): ReadJson {
  if (exceeded !== undefined) return { fault: { kind: 'limit', path: '', message: exceeded } };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { fault: { kind: 'syntax', path: '', message: `is not valid JSON: ${reasonOf(error)}` } };
  }
  if (duplicate)
    return { fault: { kind: 'duplicate', path: showPath(duplicate), message: 'is defined twice' } };
  const unstorable = !rules.anyText && ESCAPED.test(text) ? findUnstorable(value) : undefined;
  if (!unstorable) return { value };
  const { path, isName, message } = unstorable;
  return {
    fault: { kind: 'text', path: showPath(path), message: isName ? `has a name that ${message}` : message },
  };
}

/** V8 quotes the text around the fault, which may contain a password: only its kind and its position are kept. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : '';
  const position = /at position \d+(?: \(line \d+ column \d+\))?/.exec(message)?.[0];
  if (/end of JSON input/i.test(message)) return 'it ends too early';
  return position ? `unexpected character ${position}` : 'unexpected character';
}
