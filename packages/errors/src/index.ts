export { Failure, isFailure, type FailureDetail, type FailureKind, type FailureOptions } from './failure.js';
