export { DEFAULT_LIMITS, evaluateText, type EvaluatedFile } from './evaluate.js';
export type { Exported } from './eval/export.js';
export type { Limits } from './eval/machine.js';
export { NickelError, type NickelErrorKind, type NickelFault } from './nickel-error.js';
export type { Place, Source, Span } from './source.js';
export { serialize, toPlain, type SerializeFormat } from './data/serialize.js';
