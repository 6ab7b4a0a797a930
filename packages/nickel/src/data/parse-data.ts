import { parse as parseToml, TomlError } from 'smol-toml';
import { parseAllDocuments, YAMLParseError } from 'yaml';
import { NickelError } from '../nickel-error.js';
import type { Source, Span } from '../source.js';
import { ArrayValue, plainField, RecordValue, Thunk, type Field, type Value } from '../eval/values.js';
import { fromDouble, ratio } from './number.js';

const MAX_DEPTH = 400;

/**
 * The value of a text of another format.
 * @param span what asked for it, for errors without a place in a file
 * @throws NickelError `import`
 */
export function parseData(
  format: 'Json' | 'Yaml' | 'Toml' | 'Text',
  source: Source,
  span: Span | undefined,
): Value {
  if (format === 'Text') return source.text;
  try {
    return toValue(parsePlain(format, source.text), source, 0);
  } catch (error) {
    if (error instanceof NickelError) throw error;
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    const at = source.path === undefined ? undefined : offsetOf(error, format, source.text);
    throw new NickelError('import', `${source.name} is not valid ${format.toUpperCase()}: ${reason}`, {
      span: at === undefined ? span : { source, start: at, end: at + 1 },
    });
  }
}

/** Where in a text a parser found a fault, if it says so. */
function offsetOf(error: unknown, format: 'Json' | 'Yaml' | 'Toml', text: string): number | undefined {
  if (error instanceof YAMLParseError) return error.pos[0];
  if (error instanceof TomlError) {
    const before = text.split('\n').slice(0, error.line - 1);
    return before.reduce((sum, line) => sum + line.length + 1, 0) + error.column - 1;
  }
  if (format !== 'Json' || !(error instanceof SyntaxError)) return undefined;
  const said = /at position (\d+)/.exec(error.message)?.[1];
  if (said !== undefined) return Number(said);
  // Not every message of JSON.parse has the position. What is wrong in JSON is mostly wrong in YAML too.
  const [document] = parseAllDocuments(text);
  return document?.errors[0]?.pos[0];
}

function parsePlain(format: 'Json' | 'Yaml' | 'Toml', text: string): unknown {
  if (format === 'Json') return JSON.parse(text);
  if (format === 'Toml') return parseToml(text, { integersAsBigInt: true });
  const documents = parseAllDocuments(text, { intAsBigInt: true, uniqueKeys: true });
  const plain = [];
  for (const document of 'empty' in documents ? [] : documents) {
    const [error] = document.errors;
    if (error) throw error;
    plain.push(document.toJS({ maxAliasCount: 1000 }) as unknown);
  }
  return plain.length > 1 ? plain : (plain[0] ?? null);
}

function toValue(plain: unknown, source: Source, depth: number): Value {
  if (depth > MAX_DEPTH) throw new Error(`it nests more than ${MAX_DEPTH} levels deep`);
  if (plain === null || plain === undefined) return null;
  if (typeof plain === 'boolean' || typeof plain === 'string') return plain;
  if (typeof plain === 'bigint') return ratio(plain, 1n);
  if (typeof plain === 'number') {
    if (!Number.isFinite(plain)) throw new Error('a number in it is not finite');
    return fromDouble(plain);
  }
  if (plain instanceof Date) return plain.toISOString();
  const span = { source, start: 0, end: 0 };
  const part = (inner: unknown) => Thunk.of(toValue(inner, source, depth + 1), span);
  if (Array.isArray(plain)) return new ArrayValue(plain.map(part));
  const fields = new Map<string, Field>();
  for (const [name, inner] of Object.entries(plain)) fields.set(name, plainField(part(inner), span));
  return new RecordValue(fields);
}
