import { showPath } from './path.js';
import { scanJson, type JsonLimits, type JsonScan } from './scan-json.js';
import { findUnstorable } from './unstorable.js';

/** Why a JSON text is not accepted. */
export interface JsonFault {
  /** `syntax`: it is not JSON. `limit`: it breaks one of the rules. `text`: a text cannot be stored. */
  kind: 'syntax' | 'limit' | 'duplicate' | 'text';
  /** Where, as messages show it; empty for the text as a whole. */
  path: string;
  /** What is wrong there: `is nested more than 32 levels deep`. It quotes no value: values may be secrets. */
  message: string;
}

/** What a JSON text may be made of. */
export interface JsonRules extends JsonLimits {
  /** Accepts texts that cannot be stored. */
  anyText?: boolean;
}

export type ReadJson = { value: unknown } | { fault: JsonFault };

/** A text that cannot be stored stands in well-formed UTF-8 only as an escape. */
const ESCAPED = /\\u(?:0000|d[89a-f])/i;

/**
 * Reads a JSON text in which nothing is ambiguous: no member twice in its object, no text that would have to be altered to
 * be stored.
 */
export function readJson(text: string, rules: JsonRules): ReadJson {
  return parseScanned(text, rules, scanJson(text, rules));
}

/** The same in two steps, between which it waits for `pause`: each takes long for a text of megabytes. */
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
    return { fault: { kind: 'duplicate', path: showPath(duplicate), message: 'is there twice' } };
  const unstorable = !rules.anyText && ESCAPED.test(text) ? findUnstorable(value) : undefined;
  if (!unstorable) return { value };
  const { path, isName, message } = unstorable;
  return {
    fault: { kind: 'text', path: showPath(path), message: isName ? `has a name that ${message}` : message },
  };
}

/** V8 quotes the text around the fault, which may hold a password: the kind of fault and its position are kept. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : '';
  const position = /at position \d+(?: \(line \d+ column \d+\))?/.exec(message)?.[0];
  if (/end of JSON input/i.test(message)) return 'it ends too early';
  return position ? `unexpected character ${position}` : 'unexpected character';
}
