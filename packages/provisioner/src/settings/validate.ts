import { findUnstorable, showPath, type Path } from '@provisioning/input';
import type { ErrorObject } from 'ajv/dist/2020.js';
import {
  offsetOf,
  offsetOfName,
  toPlain,
  withoutSharedParts,
  type Located,
} from '@provisioning/input/documents';
import { compileSchema } from './compile-schema.js';
import { explainFault } from './explain-fault.js';
import { SettingsSchema, type SettingsFile } from './schema.js';
import { expandShorthands } from './shorthands.js';

/** A fault at a position of the text; `offset` is absent if the format has no positions. */
export interface LocatedFault {
  path: string;
  message: string;
  offset: number | undefined;
}

const shapeCheck = compileSchema(SettingsSchema);

/** Checks the schema, then the rules that a schema cannot express. */
export function validate(
  written: Located,
  infra: string,
): { settings: SettingsFile; faults: [] } | { settings: null; faults: LocatedFault[] } {
  const root = expandShorthands(withoutSharedParts(written));
  const settings = toPlain(root);
  const unstorable = faultOfTexts(settings, root);
  if (unstorable) return { settings: null, faults: [unstorable] };
  const check = shapeCheck();
  const faults = check(settings)
    ? meaningFaults(settings, infra, root)
    : shapeFaults(check.errors ?? [], root);
  if (faults.length > 0) return { settings: null, faults: inReadingOrder(faults) };
  // Safe cast: the schema has accepted them.
  return { settings: settings as SettingsFile, faults: [] };
}

/** Refuses characters that a database cannot store, which escapes can contain: what runs must equal what was written. */
function faultOfTexts(settings: unknown, root: Located): LocatedFault | undefined {
  const found = findUnstorable(settings);
  if (!found) return undefined;
  const { path, isName, message } = found;
  const shown = showPath(path);
  return {
    path: shown,
    message: `${shown} ${isName ? 'has a name that ' : ''}${message}.`,
    offset: isName ? offsetOfName(root, path) : offsetOf(root, path),
  };
}

function shapeFaults(errors: readonly ErrorObject[], root: Located): LocatedFault[] {
  // A value of a wrong type also breaks the rules for the right type: the first fault of a place is enough.
  const byPath = new Map<string, LocatedFault>();
  for (const error of errors) {
    const { path, ofName, complaint, hint } = explainFault(error);
    const shown = showPath(path);
    if (byPath.has(shown)) continue;
    byPath.set(shown, {
      path: shown,
      message: `${shown || 'The file'} ${complaint}.${hint ? ` ${hint}` : ''}`,
      offset: ofName ? offsetOfName(root, path) : offsetOf(root, path),
    });
  }
  return [...byPath.values()];
}

function meaningFaults(settings: SettingsFile, infra: string, root: Located): LocatedFault[] {
  const faults: LocatedFault[] = [];
  const fault = (path: Path, complaint: string) => {
    const shown = showPath(path);
    faults.push({ path: shown, message: `${shown} ${complaint}`, offset: offsetOf(root, path) });
  };
  if (settings.infra !== undefined && settings.infra !== infra) {
    fault(['infra'], `must be "${infra}", the name of its folder, but is "${settings.infra}".`);
  }
  const seen = new Map<string, number>();
  settings.servers.forEach(({ name }, index) => {
    const first = seen.get(name);
    if (first === undefined) seen.set(name, index);
    else fault(['servers', index, 'name'], `must be unique, but "${name}" is also servers[${first}].name.`);
  });
  for (const kind of ['taskservs', 'clusters'] as const) {
    settings[kind]?.forEach((service, index) => {
      service.servers?.forEach((server, at) => {
        if (!seen.has(server)) {
          fault([kind, index, 'servers', at], `must be a server of this file, but is "${server}".`);
        }
      });
    });
  }
  return faults;
}

function inReadingOrder(faults: LocatedFault[]): LocatedFault[] {
  return faults.sort((one, other) => (one.offset ?? 0) - (other.offset ?? 0));
}
