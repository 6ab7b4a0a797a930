import { parse as parseToml } from 'smol-toml';
import { parseAllDocuments } from 'yaml';
import { NickelError } from '../nickel-error.js';
import type { Source, Span } from '../source.js';
import { ArrayValue, plainField, RecordValue, Thunk, type Field, type Value } from '../eval/values.js';
import { fromDouble, ratio } from './number.js';

const MAX_DEPTH = 400;

/**
 * The value of a text of another format.
 * @param span what asked for it, for errors
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
    throw new NickelError('import', `${source.name} is not valid ${format.toUpperCase()}: ${reason}`, {
      span,
    });
  }
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
