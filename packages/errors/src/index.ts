export { asSentence } from './as-sentence.js';
export { codeOf, errorOf, messageOf } from './caught.js';
export { Failure, isFailure, type FailureDetail, type FailureKind, type FailureOptions } from './failure.js';
