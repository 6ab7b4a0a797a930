import { createHash } from 'node:crypto';
import { readFile, realpath } from 'node:fs/promises';
import {
  decodeText,
  parseDocument,
  positionAt,
  SourceError,
  type Located,
} from '@provisioning/input/documents';
import type { SettingsDocument } from './document.js';
import { locateSettings, type SettingsExtension } from './locate-settings.js';
import { SettingsError } from './settings-error.js';

/** Which settings are read, and from where. */
export interface ReadSettingsOptions {
  /** The folder that holds a folder for each infra. Files import others in it, and none outside. */
  workspace: string;
  infra: string;
  /** Relative to the infra's folder. */
  file: string;
  /** The `nickel` program that evaluates `.ncl` files in place of the built-in evaluator. */
  nickelProgram?: string | undefined;
  signal?: AbortSignal | undefined;
}

/** The evaluator is loaded when the first Nickel file is read: most commands read none. */
const nickel = () => import('./nickel-document.js');

/** The data of a settings file, before it is checked. @throws SettingsError */
export async function readDocument(
  options: ReadSettingsOptions,
): Promise<SettingsDocument & { shown: string }> {
  const { workspace, infra, file, nickelProgram: program, signal } = options;
  const { path, shown, extension } = await locateSettings(workspace, infra, file);
  if (extension === '.ncl') {
    const { readNickel } = await nickel();
    const root = await realpath(workspace);
    return { ...(await readNickel({ root, path, shown, program, signal })), shown };
  }
  const bytes = await readFile(path);
  const digest = createHash('sha256').update(bytes).digest('hex');
  return {
    ...(await parseText(decode(bytes, shown), extension, shown)),
    digest,
    shown,
    files: [{ name: shown, sha256: digest }],
  };
}

const FORMATS = { '.json': 'json', '.yaml': 'yaml', '.yml': 'yaml', '.toml': 'toml' } as const;

/** The data of a text. @throws SettingsError */
export async function parseText(
  text: string,
  extension: SettingsExtension,
  shown: string,
): Promise<SettingsDocument> {
  if (extension === '.ncl') return (await nickel()).parseNickel(text, shown);
  const place = (at: number | undefined) => (at === undefined ? {} : positionAt(text, at));
  let written: Located;
  try {
    written = parseDocument(text, FORMATS[extension]);
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    throw SettingsError.of([{ file: shown, ...place(error.offset), path: '', message: error.message }]);
  }
  return { written, place, digest: undefined, files: [] };
}

function decode(bytes: Uint8Array, file: string): string {
  const decoded = decodeText(bytes);
  if ('text' in decoded) return decoded.text;
  throw SettingsError.of([{ file, path: '', ...decoded.fault }]);
}
