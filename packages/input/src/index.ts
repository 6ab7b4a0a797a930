export { decodeUtf8 } from './utf8.js';
export { parseMoment, type Moment } from './moment.js';
export { nearest } from './nearest.js';
export { showPath, type Path } from './path.js';
export { readJson, readLongJson, type JsonFault, type JsonRules, type ReadJson } from './read-json.js';
export { faultOfText, findUnstorable, type UnstorableText } from './unstorable.js';
