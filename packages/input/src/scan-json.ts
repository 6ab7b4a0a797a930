import type { Path } from './path.js';

/** The limits of a JSON text. They determine the cost of `JSON.parse` more than the length does. */
export interface JsonLimits {
  /** The nesting of objects and lists. */
  maxDepth: number;
  /** Members of one object. */
  maxMembers: number;
  /** Objects and lists in total. */
  maxContainers: number;
}

/** What `JSON.parse` does not report about a text. */
export interface JsonScan {
  /** The limit that the text exceeds, as `is nested more than 32 levels deep`; the scan ended there. */
  exceeded: string | undefined;
  /** The first member whose name its object has already: `JSON.parse` silently drops one of the values. */
  duplicate: Path | undefined;
}

/** An object or a list that is open at the current position. */
interface Container {
  /** The names of the members so far; undefined for a list. */
  names: string[] | Set<string> | undefined;
  /** The current member's name, or the current element's index. */
  step: string | number;
  /** Whether the next string is the name of a member. */
  awaitsName: boolean;
}

const [QUOTE, COMMA, BACKSLASH] = [0x22, 0x2c, 0x5c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
/** From this number on a set finds a name faster than a list does. */
const FEW_NAMES = 16;

/**
 * Scans a JSON text once in time proportional to its length, without creating values. A text that is not JSON gives some
 * result and never an error: `JSON.parse` reports what is wrong.
 */
export function scanJson(text: string, limits: JsonLimits): JsonScan {
  const open: Container[] = [];
  let top: Container | undefined;
  let duplicate: Path | undefined;
  let containers = 0;
  const exceeds = (exceeded: string): JsonScan => ({ exceeded, duplicate });
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE: {
        const end = endOfString(text, at);
        if (top?.awaitsName) {
          top.awaitsName = false;
          const name = nameAt(text, at, end);
          top.step = name;
          if (!remember(top, name)) duplicate ??= open.map(({ step }) => step);
          if (countOf(top) > limits.maxMembers)
            return exceeds(`has an object with more than ${limits.maxMembers} members`);
        }
        at = end;
        break;
      }
      case OPEN_OBJECT:
      case OPEN_LIST: {
        if (open.length === limits.maxDepth)
          return exceeds(`is nested more than ${limits.maxDepth} levels deep`);
        if (++containers > limits.maxContainers)
          return exceeds(`has more than ${limits.maxContainers} objects and lists`);
        const isObject = text.charCodeAt(at) === OPEN_OBJECT;
        top = { names: isObject ? [] : undefined, step: 0, awaitsName: isObject };
        open.push(top);
        break;
      }
      case CLOSE_OBJECT:
      case CLOSE_LIST:
        open.pop();
        top = open.at(-1);
        break;
      case COMMA:
        if (top?.names) top.awaitsName = true;
        else if (top && typeof top.step === 'number') top.step++;
        break;
    }
  }
  return { exceeded: undefined, duplicate };
}

/** The position of the closing quote of the string that starts at `start`; the end of the text if there is none. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end === -1 ? text.length : end;
}

/** Whether an odd number of backslashes precedes a position. */
function isEscaped(text: string, at: number): boolean {
  let before = at;
  while (text.charCodeAt(before - 1) === BACKSLASH) before--;
  return (at - before) % 2 === 1;
}

/** The same name may be written with and without escapes. */
function nameAt(text: string, start: number, end: number): string {
  const written = text.slice(start + 1, end);
  if (!written.includes('\\')) return written;
  try {
    // Safe cast: the scanner found a quoted text.
    return JSON.parse(`"${written}"`) as string;
  } catch {
    return written;
  }
}

function countOf({ names }: Container): number {
  return names instanceof Set ? names.size : (names?.length ?? 0);
}

/** @returns whether the name is new */
function remember(container: Container, name: string): boolean {
  const { names } = container;
  if (names instanceof Set) return names.size < names.add(name).size;
  if (!names || names.includes(name)) return false;
  names.push(name);
  if (names.length > FEW_NAMES) container.names = new Set(names);
  return true;
}
