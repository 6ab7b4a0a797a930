import type { SettingsDocument } from './document.js';
import type { SettingsExtension } from './locate-settings.js';
import { parseText, readDocument, type ReadSettingsOptions } from './read-document.js';
import { SettingsError, type Fault } from './settings-error.js';
import { withDefaults, type Settings } from './settings.js';
import { validate } from './validate.js';

/** @throws SettingsError with every fault found */
export async function readSettings(options: ReadSettingsOptions): Promise<Settings> {
  return (await readSettingsAndFiles(options)).settings;
}

/** The settings, and the files of which they are made. @throws SettingsError with every fault found */
export async function readSettingsAndFiles(
  options: ReadSettingsOptions,
): Promise<{ settings: Settings; files: SettingsDocument['files'] }> {
  const document = await readDocument(options);
  return { settings: checkSettings(document, document.shown, options.infra), files: document.files };
}

/**
 * Reads settings from a text, which can import nothing.
 * @param shown how messages name the file
 * @throws SettingsError
 */
export async function parseSettings(
  text: string,
  extension: SettingsExtension,
  shown: string,
  infra: string,
): Promise<Settings> {
  return checkSettings(await parseText(text, extension, shown), shown, infra);
}

/** The settings of a document. @throws SettingsError with every fault found */
export function checkSettings(document: SettingsDocument, file: string, infra: string): Settings {
  const { settings, faults } = validate(document.written, infra);
  if (settings) return withDefaults(infra, file, settings);
  throw SettingsError.of(
    faults.map(({ path, message, offset }): Fault => ({ file, ...document.place(offset), path, message })),
  );
}
