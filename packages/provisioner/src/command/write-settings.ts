import { toPlain, type Located } from '@provisioning/input/documents';
import { stringify as toToml } from 'smol-toml';
import { stringify as toYaml } from 'yaml';
import { SettingsError, type SettingsDocument } from '../settings/index.js';

/** What `settings show` prints. */
export type SettingsFormat = 'json' | 'yaml' | 'toml';

/**
 * The data of a settings file in a format, its fields sorted by name.
 * @param shown how messages name the file
 * @throws SettingsError where TOML has no notation for the data
 */
export function writeSettings(document: SettingsDocument, shown: string, format: SettingsFormat): string {
  const data = sorted(toPlain(document.written));
  if (format === 'json') return JSON.stringify(data, null, 2);
  if (format === 'yaml') return toYaml(data, { indentSeq: false, lineWidth: 0 });
  checkToml(document, shown);
  return toToml(data);
}

function checkToml({ written, place }: SettingsDocument, shown: string): void {
  const refuse = (part: Located, path: string, message: string) =>
    SettingsError.of([{ file: shown, ...place(part.at), path, message }]);
  if (written.kind !== 'record') throw refuse(written, '', 'TOML can only hold a record.');
  const check = (part: Located, path: string): void => {
    if (part.kind === 'array') part.items.forEach((item, index) => check(item, `${path}[${index}]`));
    else if (part.kind === 'record') {
      for (const [name, { value }] of part.fields) check(value, path === '' ? name : `${path}.${name}`);
    } else if (part.value === null) {
      throw refuse(
        part,
        path,
        `${path} is null, which TOML cannot hold. Leave the field out, or use --output json.`,
      );
    }
  };
  check(written, '');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, inner]) => [name, sorted(inner)]));
}
