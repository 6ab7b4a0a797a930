import { codeOf } from '@provisioning/errors';
import { realpath, stat } from 'node:fs/promises';
import { extname, isAbsolute, join } from 'node:path';
import { isName, NAME_RULE } from '../names.js';
import { isInside } from './is-inside.js';
import { SettingsError } from './settings-error.js';

/** The extensions of settings files. */
export const SETTINGS_EXTENSIONS = ['.ncl', '.json', '.yaml', '.yml', '.toml'] as const;
/** The extension of a settings file. */
export type SettingsExtension = (typeof SETTINGS_EXTENSIONS)[number];

const MAX_BYTES = 1024 * 1024;

/** The place of a settings file. */
export interface SettingsLocation {
  /** The real path, with all symbolic links resolved. */
  path: string;
  /** The path in messages: relative to the workspace. */
  shown: string;
  extension: SettingsExtension;
}

/** @throws SettingsError `refused` */
export function checkInfra(infra: string): void {
  checkName("infra's", infra);
}

/** @param owner the possessive in the message, e.g. `infra's` @throws SettingsError `refused` */
export function checkName(owner: string, name: string): void {
  if (isName(name)) return;
  throw new SettingsError('refused', `The ${owner} name ${quote(name)} is not valid: ${NAME_RULE}`);
}

/**
 * Finds `<workspace>/<infra>/<file>` and checks that symbolic links do not lead out of that folder.
 * @throws SettingsError
 */
export async function locateSettings(
  workspace: string,
  infra: string,
  file: string,
): Promise<SettingsLocation> {
  checkInfra(infra);
  const extension = checkFileName(file);
  const shown = `${infra}/${file}`;
  const folder = await existing(join(workspace, infra));
  if (folder === undefined) {
    throw new SettingsError(
      'missing',
      `Infra "${infra}" does not exist: the workspace has no folder of that name. ` +
        'Create the folder, or set another workspace with --workspace or PROVISIONING_WORKSPACE.',
    );
  }
  const path = await existing(join(folder, file));
  if (path === undefined) {
    throw new SettingsError(
      'missing',
      `${shown} does not exist. Create it, or use another file with --settings.`,
    );
  }
  if (!isInside(await realpath(workspace), folder) || !isInside(folder, path)) {
    throw new SettingsError(
      'wrong',
      `${shown} is not allowed: a symbolic link leads out of the folder of the infra.`,
    );
  }
  const { size, ...stats } = await stat(path).then((found) => ({ size: found.size, file: found.isFile() }));
  if (!stats.file) throw new SettingsError('wrong', `${shown} is not a file.`);
  if (size > MAX_BYTES) {
    throw new SettingsError('wrong', `${shown} must have at most 1 MiB, but has ${size} bytes.`);
  }
  return { path, shown, extension };
}

function checkFileName(file: string): SettingsExtension {
  const refuse = (why: string) =>
    new SettingsError('refused', `The settings file ${quote(file)} is not valid: ${why}.`);
  if (file === '') throw refuse('its name must not be empty');
  if (/\p{Cc}/u.test(file)) throw refuse('its name must not contain control characters');
  if (isAbsolute(file) || /^[A-Za-z]:/.test(file))
    throw refuse('it must be relative to the folder of the infra');
  const segments = file.split(/[\\/]/);
  if (segments.includes('..')) throw refuse('it must not contain ".."');
  if (segments.some((segment) => segment.startsWith('-'))) {
    throw refuse('its name must not start with a dash');
  }
  const extension = SETTINGS_EXTENSIONS.find((known) => known === extname(file).toLowerCase());
  if (extension === undefined) throw refuse(`its name must end in one of ${SETTINGS_EXTENSIONS.join(' ')}`);
  return extension;
}

/** The real path, or undefined if it does not exist. */
async function existing(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new SettingsError('wrong', `The settings cannot be read (${code ?? String(error)}).`);
  }
}

function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
