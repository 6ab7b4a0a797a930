export { boundComplaint } from './bound-complaint.js';
export { OutputFailure, StandardOutput } from './standard-output.js';
export { systemErrorSentence } from './system-error.js';
