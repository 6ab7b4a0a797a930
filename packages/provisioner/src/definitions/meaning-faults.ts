import type { Complaint } from './definition-error.js';
import { parameterFault } from './parameters.js';
import type { ClusterFile, TaskservFile } from './schema.js';

const PLACEHOLDER = /\{([a-z0-9_]+)\}/g;

/** What no schema can say. */
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
      message: `is "${file.name}", but the definition lies in the folder "${folder}". Write name = "${folder}".`,
    });
  }
  if ('requires' in file && file.requires?.includes(file.name)) {
    faults.push({ path: ['requires'], message: `names "${file.name}" itself. Leave it out.` });
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
          ? `is missing: write which of ${known.join(', ')} is installed where none is asked for.`
          : `is "${default_version}", which is not among the versions. There are: ${known.join(', ')}.`,
    },
  ];
}

/** Every download has a checksum in every version, and every placeholder a meaning. */
function downloadFaults({ versions = {}, downloads = {} }: TaskservFile | ClusterFile): Complaint[] {
  const faults: Complaint[] = [];
  if (Object.keys(downloads).length > 0 && Object.keys(versions).length === 0) {
    faults.push({
      path: ['downloads'],
      message: 'have no versions: write [versions."…"] with a checksum for each of them.',
    });
  }
  for (const [version, { with: along = {}, sha256 = {} }] of Object.entries(versions)) {
    for (const [name, { base, path }] of Object.entries(downloads)) {
      if (!sha256[name]) {
        faults.push({
          path: ['versions', version],
          message: `lacks the checksum of ${name}: write [versions."${version}".sha256.${name}] with amd64 and arm64.`,
        });
      }
      for (const [, word = ''] of `${base}/${path}`.matchAll(PLACEHOLDER)) {
        if (['version', 'arch', ...Object.keys(along)].includes(word)) continue;
        faults.push({
          path: ['versions', version],
          message: `does not say what {${word}} is in the address of ${name}: write with = { ${word} = "…" }.`,
        });
      }
    }
    for (const name of Object.keys(sha256)) {
      if (name in downloads) continue;
      faults.push({
        path: ['versions', version, 'sha256', name],
        message: `is the checksum of no download: write [downloads.${name}], or take it out.`,
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
      return [{ path: ['parameters', name, 'pattern'], message: 'is not a regular expression.' }];
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
            message: `is "${name}", as is another step's. Give each its own name.`,
          },
        ],
  );
}
