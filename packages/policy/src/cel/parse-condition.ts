import { parse } from '@bufbuild/cel';
import { LIMITS } from '../limits.js';
import { type ConditionFault, positionAt } from './position.js';
import type { SyntaxTree } from './syntax-tree.js';

/** String literals and comments, in which brackets have no meaning. */
const OPAQUE =
  /[bB]?(?:[rR](?:"""[^]*?"""|'''[^]*?'''|"[^"\n]*"|'[^'\n]*')|"""(?:\\[^]|[^\\])*?"""|'''(?:\\[^]|[^\\])*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|\/\/.*/g;

const OPERATOR = /^(?:[=!<>]=|&&|\|\||[<>?:+*/%.,([{-]|in\b)/;
/** Operators of other languages that CEL does not have. */
const INSTEAD: Readonly<Record<string, string>> = {
  and: '&&',
  or: '||',
  not: '!',
  '=': '==',
  '&': '&&',
  '|': '||',
};

/** @returns the tree, or why the text cannot be parsed. Limits on length and depth bound the work of the parser. */
export function parseCondition(text: string): { tree: SyntaxTree } | { fault: ConditionFault } {
  const fault = (message: string, offset = 0) => ({ fault: { message, ...positionAt(text, offset) } });
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > LIMITS.conditionBytes) {
    return fault(`is ${bytes} bytes long: ${LIMITS.conditionBytes} at most, so split it over several rules`);
  }
  if (text.trim() === '') return fault('is empty: leave the condition out for a rule that always applies');
  const tooDeep = firstBracketBeyond(text, LIMITS.bracketDepth);
  if (tooDeep !== undefined) {
    return fault(`has brackets more than ${LIMITS.bracketDepth} deep within each other`, tooDeep);
  }
  try {
    // A comment at the end needs its line break.
    return { tree: parse(`${text}\n`) };
  } catch (error) {
    const offset = offsetOf(error);
    if (offset === undefined)
      return fault(`cannot be read: ${error instanceof Error ? error.message : 'it is no CEL'}`);
    return fault(faultOfSyntax(text.slice(offset)), Math.min(offset, text.length));
  }
}

/** The parser reports the last point up to which the text was valid, so the fault is often in what follows. */
function faultOfSyntax(rest: string): string {
  if (rest.trim() === '') return 'ends too early: something is missing';
  const operator = OPERATOR.exec(rest)?.[0];
  if (operator !== undefined) {
    return `has ${operator} here, but what follows cannot be read: an operand is missing, or a string or bracket is not closed`;
  }
  const found = /^(?:\w+|[^])/u.exec(rest)?.[0] ?? '';
  if (found === "'" || found === '"') return 'has a string here that is not closed or does not belong';
  const instead = Object.hasOwn(INSTEAD, found) ? `: write ${INSTEAD[found]}` : '';
  return `has ${JSON.stringify(found)} where CEL does not allow it${instead}`;
}

/** Length of the longest chain of `!` and `-`, as in `!!!x`. The parser leaves most of them out of its tree. */
export function chainedOperators(text: string): number {
  const chains = withoutLiterals(text).match(/(?:!(?!=)){2,}|-{2,}/g) ?? [];
  return chains.reduce((sum, { length }) => sum + length, 0);
}

/** The text with blanks in place of strings and comments. */
function withoutLiterals(text: string): string {
  return text.replace(OPAQUE, (literal) => ' '.repeat(literal.length));
}

function firstBracketBeyond(text: string, depth: number): number | undefined {
  const bare = withoutLiterals(text);
  let open = 0;
  for (let offset = 0; offset < bare.length; offset++) {
    if ('([{'.includes(bare.charAt(offset)) && ++open > depth) return offset;
    if (')]}'.includes(bare.charAt(offset))) open--;
  }
  return undefined;
}

/** The parser's error class is not exported, so its members are checked before use. */
function offsetOf(error: unknown): number | undefined {
  // Safe cast: the type of the offset is checked below.
  const { location } = error as { location?: { start?: { offset?: unknown } } };
  const offset = location?.start?.offset;
  return typeof offset === 'number' ? offset : undefined;
}
