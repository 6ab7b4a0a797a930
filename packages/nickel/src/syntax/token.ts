import type { Numeric } from '../data/number.js';

/** How a string was opened; `percents` is the number of % signs of its delimiters, 0 for "…" and '"…". */
export interface StringOpening {
  kind: 'plain' | 'multiline' | 'symbolic' | 'tag';
  percents: number;
  /** The prefix of a symbolic string: `nix` of nix-s%"…"%. */
  prefix: string;
}

interface At {
  start: number;
  end: number;
}

/** What the lexer makes of a text. Keywords and punctuation are `symbol`s. */
export type Token = At &
  (
    | { kind: 'symbol'; text: string }
    | { kind: 'name'; text: string }
    | { kind: 'number'; value: Numeric }
    | { kind: 'tag'; text: string }
    | { kind: 'primitive'; text: string }
    | { kind: 'open'; opening: StringOpening }
    | { kind: 'literal'; text: string }
    | { kind: 'interpolation' }
    | { kind: 'close' }
    | { kind: 'end' }
  );

/** Words that are never names. */
export const KEYWORDS: ReadonlySet<string> = new Set(
  (
    'if then else forall in let rec match null true false fun import ' +
    'Number Dyn String Bool Array doc optional priority force default not_exported'
  ).split(' '),
);

/** Keywords that may still name a field. */
export const METADATA_KEYWORDS: ReadonlySet<string> = new Set([
  'doc',
  'default',
  'force',
  'priority',
  'optional',
  'not_exported',
]);
