import { parse, TomlError } from 'smol-toml';
import { MAX_DEPTH, tooDeep } from './depth.js';
import type { Located } from './located.js';
import { SourceError } from './source-error.js';
import { tomlFaultSentence } from './toml-fault.js';
import { tomlPlaces, type TomlPlace } from './toml-places.js';

/** TOML 1.0. @throws SourceError */
export function parseToml(text: string): Located {
  try {
    return locate(parse(text, { maxDepth: MAX_DEPTH }), tomlPlaces(text), 0);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw new SourceError(tomlFaultSentence(error), offsetAt(text, error.line, error.column));
  }
}

function locate(value: unknown, place: TomlPlace | undefined, depth: number): Located {
  const at = place?.at;
  if (depth > MAX_DEPTH) throw tooDeep(at);
  if (Array.isArray(value)) {
    return {
      kind: 'array',
      items: value.map((item, index) => locate(item, place?.items[index], depth + 1)),
      at,
    };
  }
  if (value instanceof Date || typeof value !== 'object' || value === null) {
    // Safe cast: tables and lists were handled before.
    return { kind: 'scalar', value: value as Date | string | number | boolean, at };
  }
  const fields = Object.entries(value).map(([name, field]) => {
    const member = place?.members.get(name);
    return [name, { value: locate(field, member, depth + 1), keyAt: member?.keyAt }] as const;
  });
  return { kind: 'record', fields: new Map(fields), at };
}

function offsetAt(text: string, line: number, column: number): number {
  const before = text.split('\n').slice(0, line - 1);
  return before.reduce((length, { length: own }) => length + own + 1, 0) + column - 1;
}
