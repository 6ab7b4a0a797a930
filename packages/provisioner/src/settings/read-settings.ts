import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { evaluateNickel, exportWithNickel, NickelError } from '../nickel/index.js';
import {
  decodeText,
  parseDocument,
  positionAt,
  SourceError,
  toPlain,
  type Located,
} from '@provisioning/input/documents';
import { locateSettings, type SettingsExtension, type SettingsLocation } from './locate-settings.js';
import { SettingsError, type Fault } from './settings-error.js';
import { withDefaults, type Settings } from './settings.js';
import { validate } from './validate.js';

/** What {@link readSettings} needs. */
export interface ReadSettingsOptions {
  /** The workspace: the folder that contains a folder for each infra. */
  workspace: string;
  infra: string;
  /** Relative to the folder of the infra. */
  file: string;
  signal?: AbortSignal;
}

/** @throws SettingsError with every fault found */
export async function readSettings({
  workspace,
  infra,
  file,
  signal,
}: ReadSettingsOptions): Promise<Settings> {
  const location = await locateSettings(workspace, infra, file);
  const text = decode(await readFile(location.path), location.shown);
  if (location.extension !== '.ncl') return parseSettings(text, location.extension, location.shown, infra);
  return understand(text, location.shown, infra, await evaluate(text, location, signal));
}

/**
 * Reads settings from a text, without the `nickel` program.
 * @param shown the name of the file in messages
 * @throws SettingsError
 */
export function parseSettings(
  text: string,
  extension: SettingsExtension,
  shown: string,
  infra: string,
): Settings {
  return understand(text, shown, infra, () => PARSERS[extension](text));
}

const PARSERS: Record<SettingsExtension, (text: string) => Located> = {
  '.ncl': evaluateNickel,
  '.json': (text) => parseDocument(text, 'json'),
  '.yaml': (text) => parseDocument(text, 'yaml'),
  '.yml': (text) => parseDocument(text, 'yaml'),
  '.toml': (text) => parseDocument(text, 'toml'),
};

/** Uses the `nickel` program if it is installed. Places in the file still come from this package's own parser. */
async function evaluate(
  text: string,
  location: SettingsLocation,
  signal?: AbortSignal,
): Promise<() => Located> {
  let exported: string | undefined;
  try {
    exported = await exportWithNickel(location.path, signal);
  } catch (error) {
    if (error instanceof SourceError)
      throw SettingsError.of([{ file: location.shown, path: '', message: error.message }]);
    throw error;
  }
  return () =>
    exported === undefined ? evaluateNickel(text) : withPlacesFrom(text, parseDocument(exported, 'json'));
}

function withPlacesFrom(text: string, exported: Located): Located {
  try {
    const own = evaluateNickel(text);
    if (isDeepStrictEqual(toPlain(own), toPlain(exported))) return own;
  } catch (error) {
    if (!(error instanceof NickelError)) throw error;
  }
  return withoutPlaces(exported);
}

function understand(text: string, file: string, infra: string, parse: () => Located): Settings {
  const place = (offset: number | undefined) => (offset === undefined ? {} : positionAt(text, offset));
  let written: Located;
  try {
    written = parse();
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    throw SettingsError.of([{ file, ...place(error.offset), path: '', message: error.message }]);
  }
  const { settings, faults } = validate(written, infra);
  if (settings) return withDefaults(infra, file, settings);
  throw SettingsError.of(
    faults.map(({ path, message, offset }): Fault => ({ file, ...place(offset), path, message })),
  );
}

/** Places in nickel's JSON are not those in the file. */
function withoutPlaces(located: Located): Located {
  if (located.kind === 'array') return { kind: 'array', items: located.items.map(withoutPlaces) };
  if (located.kind === 'scalar') return { kind: 'scalar', value: located.value };
  const fields = [...located.fields].map(
    ([name, { value }]) => [name, { value: withoutPlaces(value) }] as const,
  );
  return { kind: 'record', fields: new Map(fields) };
}

function decode(bytes: Uint8Array, file: string): string {
  const decoded = decodeText(bytes);
  if ('text' in decoded) return decoded.text;
  throw SettingsError.of([{ file, path: '', ...decoded.fault }]);
}
