export { DEFAULT_LIMITS, evaluateText, type EvaluatedFile } from './evaluate.js';
export { evaluateFile, EvaluationFailed, type EvaluateFileOptions } from './evaluate-file.js';
export type { Exported } from './eval/export.js';
export type { Limits } from './eval/machine.js';
export { digestOf } from './files/imports.js';
export { reachableFiles } from './files/reachable.js';
export { NickelError, type NickelErrorKind, type NickelFault } from './nickel-error.js';
export { placeOf, type Place, type Source, type Span } from './source.js';
export { toPlain } from './data/serialize.js';
