import type { Path } from './path.js';

/** A text that cannot be stored, and its path in a document. */
export interface UnstorableText {
  path: Path;
  /** Whether the text is the name of the member at `path`, not its value. */
  isName: boolean;
  /** The text after the path in a message: `contains the character U+0000, which cannot be stored`. */
  message: string;
}

// Postgres can store neither U+0000 nor half of a surrogate pair.
const UNSTORABLE = /\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** Why a text cannot be stored unchanged; undefined if it can. */
export function faultOfText(text: string): string | undefined {
  if (text.isWellFormed() && !text.includes('\0')) return undefined;
  const code = UNSTORABLE.exec(text)?.[0].charCodeAt(0) ?? 0;
  const shown = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  return code === 0
    ? `contains the character ${shown}, which cannot be stored`
    : `contains half of a surrogate pair (${shown}), which cannot be stored`;
}

/** The first text of a JSON value, including names of members, that cannot be stored unchanged. */
export function findUnstorable(value: unknown): UnstorableText | undefined {
  if (typeof value === 'string') {
    const message = faultOfText(value);
    return message === undefined ? undefined : { path: [], isName: false, message };
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const found = findUnstorable(value[index]);
      if (found) return { ...found, path: [index, ...found.path] };
    }
    return undefined;
  }
  for (const [name, member] of Object.entries(value)) {
    const message = faultOfText(name);
    if (message !== undefined) return { path: [name], isName: true, message };
    const found = findUnstorable(member);
    if (found) return { ...found, path: [name, ...found.path] };
  }
  return undefined;
}
