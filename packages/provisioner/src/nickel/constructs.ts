import { beyondPlainData } from './nickel-error.js';
import type { Token } from './token.js';

const CONSTRUCTS: Record<string, string> = {
  let: 'A "let" binding',
  rec: 'A "let rec" binding',
  in: 'A "let" binding',
  fun: 'A function ("fun")',
  if: 'A condition ("if")',
  then: 'A condition ("if")',
  else: 'A condition ("if")',
  match: 'A "match" expression',
  import: 'An import',
  forall: 'A polymorphic type ("forall")',
  include: 'An inherited field with "include"',
};

/** Words that must be quoted to be the name of a field. */
export const RESERVED: ReadonlySet<string> = new Set([
  ...Object.keys(CONSTRUCTS).filter((word) => word !== 'include' && word !== 'rec'),
  'true',
  'false',
  'null',
]);

/** @throws NickelError: a name in place of a value is a keyword, or a reference */
export function refuseName(name: string, at: number): never {
  const construct = CONSTRUCTS[name];
  if (construct !== undefined) throw beyondPlainData(construct, at);
  throw beyondPlainData(
    `A reference to the name "${name}"`,
    at,
    'To write a text, put it in double quotes. ',
  );
}

/** The name of a construct that continues a value of plain data, if there is one. */
export function refuseValueEnd(value: Token, next: Token): void {
  if (next.kind === 'sign' && next.value === '.')
    throw beyondPlainData('Access to a field with "."', next.start);
  if (next.kind === 'sign' && next.value === '-') throw beyondPlainData('The operator "-"', next.start);
  if (value.kind === 'tag' && beginsValue(next)) {
    throw beyondPlainData(
      `The enum tag '${value.value} with an argument`,
      next.start,
      'If it is the next item, put a comma before it. ',
    );
  }
}

function beginsValue(token: Token): boolean {
  return token.kind === 'sign' ? token.value === '{' || token.value === '[' : token.kind !== 'end';
}
