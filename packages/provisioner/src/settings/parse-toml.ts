import { parse, TomlError } from 'smol-toml';
import type { Located } from '../source/located.js';
import { MAX_DEPTH, SourceError } from '../source/source-error.js';

/** TOML 1.0; its parser keeps no places, so faults found later name the path alone. @throws SourceError */
export function parseToml(text: string): Located {
  try {
    return locate(parse(text, { maxDepth: MAX_DEPTH }), 0);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const reason = error.message.split('\n')[0] ?? '';
    throw new SourceError(`${reason}.`, offsetAt(text, error.line, error.column));
  }
}

function locate(value: unknown, depth: number): Located {
  if (depth > MAX_DEPTH)
    throw new SourceError(`Values are nested more than ${MAX_DEPTH} levels deep.`, undefined);
  if (Array.isArray(value)) return { kind: 'array', items: value.map((item) => locate(item, depth + 1)) };
  if (value instanceof Date || typeof value !== 'object' || value === null) {
    return { kind: 'scalar', value: value as Date | string | number | boolean };
  }
  const fields = Object.entries(value).map(
    ([name, field]) => [name, { value: locate(field, depth + 1) }] as const,
  );
  return { kind: 'record', fields: new Map(fields) };
}

function offsetAt(text: string, line: number, column: number): number {
  const before = text.split('\n').slice(0, line - 1);
  return before.reduce((length, { length: own }) => length + own + 1, 0) + column - 1;
}
