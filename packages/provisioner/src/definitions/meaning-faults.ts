import type { Complaint } from './definition-error.js';
import { parameterFault } from './parameters.js';
import type { ClusterFile, TaskservFile } from './schema.js';

const PLACEHOLDER = /\{([a-z0-9_]+)\}/g;

/** Rules that a schema cannot express. */
export function meaningFaults(file: TaskservFile | ClusterFile, folder: string): Complaint[] {
  return [
    ...nameFaults(file, folder),
    ...versionFaults(file),
    ...downloadFaults(file),
    ...defaultFaults(file),
    ...stepFaults(file),
  ];
}

function nameFaults(file: TaskservFile | ClusterFile, folder: string): Complaint[] {
  const faults: Complaint[] = [];
  if (file.name !== folder) {
    faults.push({
      path: ['name'],
      message: `is "${file.name}", but must be the name of its folder. Write name = "${folder}".`,
    });
  }
  if ('requires' in file && file.requires?.includes(file.name)) {
    faults.push({ path: ['requires'], message: `must not contain "${file.name}" itself. Remove it.` });
  }
  return faults;
}

function versionFaults({ versions = {}, default_version }: TaskservFile | ClusterFile): Complaint[] {
  const known = Object.keys(versions);
  if (known.length === 0 || (default_version !== undefined && known.includes(default_version))) return [];
  return [
    {
      path: ['default_version'],
      message:
        default_version === undefined
          ? `is required: it is the version to install by default. Use one of ${known.join(', ')}.`
          : `must be one of ${known.join(', ')}, but is "${default_version}".`,
    },
  ];
}

/** Every download must have a checksum for every version, and every placeholder a meaning. */
function downloadFaults({ versions = {}, downloads = {} }: TaskservFile | ClusterFile): Complaint[] {
  const faults: Complaint[] = [];
  if (Object.keys(downloads).length > 0 && Object.keys(versions).length === 0) {
    faults.push({
      path: ['downloads'],
      message: 'require at least one version. Write [versions."…"] with a checksum for each download.',
    });
  }
  for (const [version, { with: along = {}, sha256 = {} }] of Object.entries(versions)) {
    for (const [name, { base, path }] of Object.entries(downloads)) {
      if (!sha256[name]) {
        faults.push({
          path: ['versions', version],
          message: `must have the checksum of ${name}. Write [versions."${version}".sha256.${name}] with amd64 and arm64.`,
        });
      }
      for (const [, word = ''] of `${base}/${path}`.matchAll(PLACEHOLDER)) {
        if (['version', 'arch', ...Object.keys(along)].includes(word)) continue;
        faults.push({
          path: ['versions', version],
          message: `must define {${word}} of the URL of ${name}. Write with = { ${word} = "…" }.`,
        });
      }
    }
    for (const name of Object.keys(sha256)) {
      if (name in downloads) continue;
      faults.push({
        path: ['versions', version, 'sha256', name],
        message: `is a checksum without a download. Write [downloads.${name}], or remove the checksum.`,
      });
    }
  }
  return faults;
}

function defaultFaults({ parameters = {} }: TaskservFile | ClusterFile): Complaint[] {
  return Object.entries(parameters).flatMap(([name, parameter]): Complaint[] => {
    try {
      if (parameter.pattern !== undefined) new RegExp(parameter.pattern, 'u');
    } catch {
      return [{ path: ['parameters', name, 'pattern'], message: 'must be a regular expression.' }];
    }
    const fault = parameterFault(parameter, parameter.default);
    return fault === undefined ? [] : [{ path: ['parameters', name, 'default'], message: `${fault}.` }];
  });
}

function stepFaults(file: TaskservFile | ClusterFile): Complaint[] {
  if (!('steps' in file)) return [];
  const names = file.steps.map(({ name }) => name);
  return names.flatMap((name, index): Complaint[] =>
    names.indexOf(name) === index
      ? []
      : [
          {
            path: ['steps', index, 'name'],
            message: `must be unique, but "${name}" is also the name of another step.`,
          },
        ],
  );
}
