import type { Located } from './located.js';
import { parseJson } from './parse-json.js';
import { parseToml } from './parse-toml.js';
import { parseYaml } from './parse-yaml.js';
import { SourceError } from './source-error.js';

const PARSERS = { json: parseJson, yaml: parseYaml, toml: parseToml };

/** A format that {@link parseDocument} reads. */
export type DocumentFormat = keyof typeof PARSERS;

/**
 * Parses a file that a person wrote, with the position of everything in it. Nothing is dropped or changed: constructs of
 * the format that plain data cannot express are refused.
 * @throws SourceError
 */
export function parseDocument(text: string, format: DocumentFormat): Located {
  if (text.trim() === '') throw new SourceError('The file is empty.', 0);
  const located = PARSERS[format](text);
  refuseInexact(located);
  return located;
}

/** Refuses a number that would change when it is stored or sent. @throws SourceError */
function refuseInexact(located: Located): void {
  if (located.kind === 'array') return located.items.forEach(refuseInexact);
  if (located.kind === 'record') return located.fields.forEach(({ value }) => refuseInexact(value));
  const { value, at } = located;
  if (typeof value !== 'number') return;
  if (!Number.isFinite(value)) throw new SourceError('Infinity and "not a number" are not allowed.', at);
  if (Number.isInteger(value) && !Number.isSafeInteger(value))
    throw new SourceError(`Whole numbers must be from -${MAX} to ${MAX}. A text must be in quotes.`, at);
}

const MAX = Number.MAX_SAFE_INTEGER;
