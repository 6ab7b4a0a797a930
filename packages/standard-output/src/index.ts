export { OutputFailure, StandardOutput } from './standard-output.js';
export { systemErrorSentence } from './system-error.js';
