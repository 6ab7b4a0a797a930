import { stringify as stringifyToml } from 'smol-toml';
import { stringify as stringifyYaml } from 'yaml';
import type { Exported } from '../eval/export.js';
import { NickelError } from '../nickel-error.js';

/** The formats of `std.serialize`. */
export type SerializeFormat = 'Json' | 'Yaml' | 'Toml' | 'Text';

/**
 * The text of data in a format. Records are sorted by name, enum tags are strings.
 * @throws NickelError where the format has no notation for the data
 */
export function serialize(data: Exported, format: SerializeFormat): string {
  switch (format) {
    case 'Json':
      return toJson(data, '');
    case 'Yaml':
      return stringifyYaml(toPlain(data), { indentSeq: false, lineWidth: 0, aliasDuplicateObjects: false });
    case 'Toml':
      return toToml(data);
    case 'Text':
      if (data.kind === 'scalar' && typeof data.value === 'string') return data.value;
      throw new NickelError('evaluation', 'Only a string can be written as text.', { span: data.span });
  }
}

/** Data as JavaScript has it: whole numbers beyond the safe range are bigints. */
export function toPlain(data: Exported): unknown {
  switch (data.kind) {
    case 'scalar':
    case 'tag':
      return data.value;
    case 'array':
      return data.items.map(toPlain);
    case 'record':
      return Object.fromEntries(data.fields.map(({ name, value }) => [name, toPlain(value)]));
  }
}

function toJson(data: Exported, indent: string): string {
  const inner = `${indent}  `;
  switch (data.kind) {
    case 'scalar':
      return typeof data.value === 'bigint' ? String(data.value) : JSON.stringify(data.value);
    case 'tag':
      return JSON.stringify(data.value);
    case 'array':
      if (data.items.length === 0) return '[]';
      return `[\n${data.items.map((item) => inner + toJson(item, inner)).join(',\n')}\n${indent}]`;
    case 'record': {
      if (data.fields.length === 0) return '{}';
      const fields = data.fields.map(
        ({ name, value }) => `${inner}${JSON.stringify(name)}: ${toJson(value, inner)}`,
      );
      return `{\n${fields.join(',\n')}\n${indent}}`;
    }
  }
}

function toToml(data: Exported): string {
  if (data.kind !== 'record') {
    throw new NickelError('evaluation', 'Only a record can be written as TOML.', { span: data.span });
  }
  rejectNull(data);
  // Safe cast: the caller has checked that it is a record.
  return `${stringifyToml(toPlain(data) as Record<string, unknown>)}`.replace(/\n*$/, '\n');
}

function rejectNull(data: Exported): void {
  if (data.kind === 'scalar' && data.value === null) {
    throw new NickelError('evaluation', 'TOML has no null.', { span: data.span });
  }
  if (data.kind === 'array') for (const item of data.items) rejectNull(item);
  if (data.kind === 'record') for (const { value } of data.fields) rejectNull(value);
}
