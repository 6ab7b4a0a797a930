import { existsSync, realpathSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { counted } from '../drivers/index.js';
import { checkSettings, isInside, readDocument, SettingsError } from '../settings/index.js';
import type { SettingsSession } from './session.js';
import { writeSettings, type SettingsFormat } from './write-settings.js';

interface FileOptions {
  infra: string;
  workspace: string;
}

/** `provisioning settings show`: the data of the file, its fields sorted by name. */
export async function showSettings(
  name: string,
  { format, ...options }: FileOptions & { format: SettingsFormat },
  { output, reporter, nickelProgram, signal }: SettingsSession,
): Promise<void> {
  const document = await readDocument({ ...locate(name, options), nickelProgram, signal });
  output.line(writeSettings(document, document.shown, format).trimEnd());
  reporter.report({ type: 'result', message: `Evaluated ${document.shown}`, data: {} });
}

/** `provisioning settings check`: what the settings contain, or every fault in them. */
export async function checkSettingsFile(
  name: string,
  options: FileOptions,
  { output, reporter, nickelProgram, signal }: SettingsSession,
): Promise<void> {
  const found = locate(name, options);
  const document = await readDocument({ ...found, nickelProgram, signal });
  const { servers, taskservs, clusters } = checkSettings(document, document.shown, found.infra);
  const contents = [
    counted('server', servers.length),
    counted('taskserv', taskservs.length),
    counted('cluster', clusters.length),
  ];
  const summary = `${document.shown} is valid: ${contents.join(', ')} (sha256 ${document.digest ?? ''})`;
  output.summary(summary);
  reporter.report({ type: 'result', message: summary, data: { digest: document.digest ?? null } });
}

/** The infra and the file in its folder: of a path in the workspace, unless the infra is given. */
function locate(
  name: string,
  { infra, workspace }: FileOptions,
): { workspace: string; infra: string; file: string } {
  if (infra !== '') return { workspace, infra, file: name };
  const [first = '', ...others] = insideWorkspace(name, workspace).split(sep);
  if (others.length === 0) {
    throw new SettingsError(
      'refused',
      `The settings file "${name}" is in no folder of an infra. Write <infra>/<file>, or set --infra.`,
    );
  }
  return { workspace, infra: first, file: others.join(sep) };
}

/** A path from the working directory that leads into the workspace is one of the workspace. */
function insideWorkspace(name: string, workspace: string): string {
  if (!existsSync(name) || !existsSync(workspace)) return name;
  const [root, path] = [realpathSync(workspace), realpathSync(name)];
  return path === root || isInside(root, path) ? relative(root, path) : name;
}
