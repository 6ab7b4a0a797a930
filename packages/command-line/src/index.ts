export { boundComplaint } from './bound-complaint.js';
export { OutputFailure, StandardOutput } from './standard-output.js';
export { systemErrorSentence } from './system-error.js';
export { YAML_MERGE_KEY, YAML_UNKNOWN_ALIAS, yamlFaultSentence } from './yaml-fault.js';
