export { decodeText, type EncodingFault } from './decode-text.js';
export { MAX_DEPTH } from './depth.js';
export {
  offsetOf,
  offsetOfName,
  toPlain,
  type Located,
  type LocatedField,
  type LocatedRecord,
} from './located.js';
export { parseDocument, type DocumentFormat } from './parse-document.js';
export { atPlace, positionAt, type Position } from './position.js';
export { withoutSharedParts } from './shared-parts.js';
export { SourceError } from './source-error.js';
