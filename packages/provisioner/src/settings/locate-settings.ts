import { realpath, stat } from 'node:fs/promises';
import { extname, isAbsolute, join, relative, sep } from 'node:path';
import { isName, NAME_RULE } from '../names.js';
import { SettingsError } from './settings-error.js';

const EXTENSIONS = ['.ncl', '.json', '.yaml', '.yml', '.toml'] as const;
export type SettingsExtension = (typeof EXTENSIONS)[number];

const MAX_BYTES = 1024 * 1024;

export interface SettingsLocation {
  /** The real path, every symbolic link followed. */
  path: string;
  /** As messages name it: relative to the workspace. */
  shown: string;
  extension: SettingsExtension;
}

/** @throws SettingsError `refused` */
export function checkInfra(infra: string): void {
  checkName("infra's", infra);
}

/** @param whose e.g. `infra's` @throws SettingsError `refused` */
export function checkName(whose: string, name: string): void {
  if (isName(name)) return;
  throw new SettingsError('refused', `The ${whose} name ${quote(name)} is refused: ${NAME_RULE}`);
}

/**
 * Finds `<workspace>/<infra>/<file>` and makes sure that it really lies there, whatever links stand in its way.
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
      `There is no infra "${infra}": the workspace has no folder of that name. ` +
        'Make one, or name another workspace with --workspace or PROVISIONING_WORKSPACE.',
    );
  }
  const path = await existing(join(folder, file));
  if (path === undefined) {
    throw new SettingsError(
      'missing',
      `${shown}: there is no such file. Make it, or name another with --settings.`,
    );
  }
  if (!inside(await realpath(workspace), folder) || !inside(folder, path)) {
    throw new SettingsError('wrong', `${shown} is refused: a symbolic link leads out of the infra's folder.`);
  }
  const { size, ...stats } = await stat(path).then((found) => ({ size: found.size, file: found.isFile() }));
  if (!stats.file) throw new SettingsError('wrong', `${shown} is not a file.`);
  if (size > MAX_BYTES) {
    throw new SettingsError(
      'wrong',
      `${shown} is too large: settings may have 1 MiB, and it has ${size} bytes.`,
    );
  }
  return { path, shown, extension };
}

function checkFileName(file: string): SettingsExtension {
  const refuse = (why: string) =>
    new SettingsError('refused', `The settings file ${quote(file)} is refused: ${why}.`);
  if (file === '') throw refuse('its name is empty');
  if (/\p{Cc}/u.test(file)) throw refuse('its name holds control characters');
  if (isAbsolute(file) || /^[A-Za-z]:/.test(file)) throw refuse("name it relative to the infra's folder");
  const segments = file.split(/[\\/]/);
  if (segments.includes('..')) throw refuse('".." could lead out of the infra\'s folder');
  if (segments.some((segment) => segment.startsWith('-'))) {
    throw refuse('a name that begins with a dash looks like an option');
  }
  const extension = EXTENSIONS.find((known) => known === extname(file).toLowerCase());
  if (extension === undefined) throw refuse(`its name must end in one of ${EXTENSIONS.join(' ')}`);
  return extension;
}

function inside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** The real path, or undefined where nothing is. */
async function existing(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new SettingsError('wrong', `The settings cannot be reached (${code ?? String(error)}).`);
  }
}

function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
