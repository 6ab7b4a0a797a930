import { codeOf } from '@provisioning/errors';
import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { isName } from '../names.js';
import { SETTINGS_EXTENSIONS } from './locate-settings.js';

/** The folder of a workspace that holds definitions. */
const DEFINITIONS = 'definitions';

/** A settings file in the folder of its infra. */
export interface ListedSettings {
  name: string;
  sizeBytes: number;
  changedAt: Date;
}

/** The infras of a workspace: its folders, in alphabetical order. */
export async function listInfras(workspace: string): Promise<string[]> {
  const entries = await readdir(workspace, { withFileTypes: true }).catch(noneWhereAbsent);
  return entries
    .filter((entry) => entry.isDirectory() && isName(entry.name) && entry.name !== DEFINITIONS)
    .map(({ name }) => name)
    .sort();
}

/** The settings files of an infra, without those in subfolders. None if the infra has no folder. */
export async function listSettings(workspace: string, infra: string): Promise<ListedSettings[]> {
  if (!isName(infra) || infra === DEFINITIONS) return [];
  const folder = join(workspace, infra);
  const entries = await readdir(folder, { withFileTypes: true }).catch(noneWhereAbsent);
  const files = entries.filter((entry) => entry.isFile() && isSettings(entry.name));
  const listed = await Promise.all(
    files.map(async ({ name }) => {
      const { size, mtime } = await stat(join(folder, name));
      return { name, sizeBytes: size, changedAt: mtime };
    }),
  );
  return listed.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function isSettings(name: string): boolean {
  return !name.startsWith('-') && SETTINGS_EXTENSIONS.some((known) => known === extname(name).toLowerCase());
}

function noneWhereAbsent(error: unknown): [] {
  const code = codeOf(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') return [];
  throw error;
}
