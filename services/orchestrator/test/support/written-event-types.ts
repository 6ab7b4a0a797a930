import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const SERVICE = join(import.meta.dirname, '../..');

/**
 * Returns the types of event that the functions in SQL and the TypeScript sources record, found in their text.
 * @throws where a type is neither a literal nor the parameter of one of the functions that record for others: it would
 * escape the comparison with the catalogue
 */
export function writtenEventTypes(): Set<string> {
  return new Set([...typesInSql(), ...typesInTypeScript()]);
}

function typesInSql(): string[] {
  const folder = join(SERVICE, 'functions');
  return readdirSync(folder).flatMap((file) => typesOfSql(readFileSync(join(folder, file), 'utf8'), file));
}

/**
 * The types that some SQL records.
 * @param file for messages
 */
export function typesOfSql(text: string, file: string): string[] {
  const sql = text.replaceAll(/--[^\n]*/g, '');
  const expressions = [
    ...[...sql.matchAll(/(?<!create function )\brecord_event\(/g)].map(
      ({ index, 0: call }) => partsOf(sql, index + call.length)[3],
    ),
    ...[...sql.matchAll(/(?<!create function )\brecord_events\(/g)].map(
      ({ index, 0: call }) => partsOf(sql, index + call.length)[1],
    ),
    ...[...sql.matchAll(/\binsert into event_chunks\s*\(([^)]*)\)\s*(?:select\s|values\s*\()/g)].map(
      ({ index, 0: head, 1: columns }) => {
        const place = columns!.split(',').findIndex((column) => column.trim() === 'type');
        return partsOf(sql, index + head.length)[place];
      },
    ),
  ];
  const written = [...sql.matchAll(/\binsert into event_chunks\b/g)].length;
  const read = [...sql.matchAll(/\binsert into event_chunks\s*\([^)]*\)\s*(?:select\s|values\s*\()/g)].length;
  if (written !== read)
    throw new Error(`${file} inserts into event_chunks in a way that is not understood here`);
  return expressions.flatMap((expression) => literalsOf(expression, file));
}

/** The parts between commas, from there to the closing parenthesis or the `from` of a selection. */
function partsOf(sql: string, start: number): string[] {
  const parts = [''];
  let depth = 0;
  let quoted = false;
  for (let at = start; at < sql.length; at += 1) {
    const sign = sql[at]!;
    if (sign === "'") quoted = !quoted;
    if (!quoted) {
      if (sign === '(' || sign === '[') depth += 1;
      if (sign === ')' || sign === ']') depth -= 1;
      if (depth < 0 || sign === ';' || (depth === 0 && /^\sfrom\s/.test(sql.slice(at, at + 6)))) break;
      if (depth === 0 && sign === ',') {
        parts.push('');
        continue;
      }
    }
    parts[parts.length - 1] += sign;
  }
  return parts.map((part) => part.trim());
}

/** `'a'` → a; `case … then 'a' else 'b' end` → a, b. The functions that record for others name theirs `p_type`. */
function literalsOf(expression: string | undefined, file: string): string[] {
  // The trigger of the view `events` stores what is inserted there.
  if (expression === 'p_type' || expression === 'new.type') return [];
  const literal = /^'(\w+)'$/.exec(expression ?? '');
  if (literal) return [literal[1]!];
  const outcomes = [...(expression ?? '').matchAll(/\b(?:then|else)\s+(\S+)/g)].map(
    ([, outcome]) => outcome!,
  );
  const found = outcomes.flatMap((outcome) => /^'(\w+)'$/.exec(outcome)?.[1] ?? []);
  if (!/^case\s/.test(expression ?? '') || found.length === 0 || found.length < outcomes.length)
    throw new Error(`${file} records an event whose type is ${expression}: it must be a literal`);
  return found;
}

function typesInTypeScript(): string[] {
  const folder = join(SERVICE, 'src');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
  );
  return files.flatMap((file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    if (file === 'postgres/events/record-event.ts') return [];
    if (/\brecord_events?\(|\binto events\b/.test(text))
      throw new Error(`${file} must record events with recordEvent (postgres/events/record-event.ts)`);
    const calls = [...text.matchAll(/\brecordEvent\(/g)].length;
    const types = [...text.matchAll(/\brecordEvent\([\w.]+, \{\s*type: '(\w+)'/g)].map(([, type]) => type!);
    if (types.length !== calls) throw new Error(`${file} must give recordEvent its type first, as a literal`);
    return types;
  });
}
