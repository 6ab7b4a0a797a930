import type { Path } from './path.js';

/** How much a JSON text may hold: what `JSON.parse` makes of it takes time and memory by these more than by its length. */
export interface JsonLimits {
  /** Objects and lists within each other. */
  maxDepth: number;
  /** Members of one object. */
  maxMembers: number;
  /** Objects and lists in all. */
  maxContainers: number;
}

/** What `JSON.parse` does not report of a text. */
export interface JsonScan {
  /** Which limit the text exceeds, as `is nested more than 32 levels deep`; it was looked through no further. */
  exceeded: string | undefined;
  /** The first member whose name its object has already: of two values `JSON.parse` silently drops one. */
  duplicate: Path | undefined;
}

/** An object or a list that is open at the current place. */
interface Container {
  /** Names of the members so far; undefined for a list. */
  names: string[] | Set<string> | undefined;
  /** The member's name, or the element's index, of the current place. */
  step: string | number;
  /** Whether the next string is the name of a member. */
  awaitsName: boolean;
}

const [QUOTE, COMMA, BACKSLASH] = [0x22, 0x2c, 0x5c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
/** From here on a set finds a name sooner than a list does. */
const FEW_NAMES = 16;

/**
 * Looks through a JSON text once, without making values of it, in time proportional to its length. A text that is not JSON
 * gives some result, and never an error: `JSON.parse` reports what is wrong with it.
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

/** Where the string that begins at `start` has its closing quote; the text's end where it has none. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end === -1 ? text.length : end;
}

/** Whether an odd number of backslashes stands before a place. */
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
