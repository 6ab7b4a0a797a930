import { randomUUID } from 'node:crypto';
import { DriverError, type ActContext } from '../drivers/driver.js';
import type { Server } from '../drivers/resource.js';
import type { CommonDefinition, Scripts } from './definition.js';
import type { Parameters } from './parameters.js';
import { writtenRecord, type InstalledKind, type InstallRecord } from './record.js';
import type { Answer, Remote } from './remote.js';

// Placeholders until the server has found the version.
const VERSION_SLOT = `@version:${randomUUID()}@`;
const ADOPTED_SLOT = `@adopted:${randomUUID()}@`;

/** Something with scripts that is installed on one server. */
export interface Unit {
  kind: InstalledKind;
  definition: CommonDefinition;
  /** Unique among those of its kind on the server; for a step of a cluster `buildkit.daemon`. */
  name: string;
  scripts: Scripts;
  parameters: Parameters;
  /** Null if any version will do. */
  version: string | null;
  /** Further variables for its scripts. */
  more?: Record<string, string>;
}

/** The values of a record before the server has filled it in. */
export type DraftRecord<K extends InstalledKind> = Omit<
  InstallRecord<K>,
  'format' | 'installed_version' | 'adopted'
> &
  Partial<Pick<InstallRecord<K>, 'adopted'>>;

/** @throws DriverError if the definition does not have this version */
export function versionOf(
  { name, defaultVersion, downloads }: CommonDefinition,
  wanted: string | null,
): string | null {
  const version = wanted ?? defaultVersion;
  if (version === null || downloads.size === 0 || downloads.has(version)) return version;
  throw new DriverError(
    `Version ${version} of ${name} is not defined. Defined: ${[...downloads.keys()].join(', ')}. ` +
      'To add a version, add it with the checksums of its downloads to the definition. Nothing was changed.',
    { permanent: true },
  );
}

/** The member `version` of a record whose version the server determines. */
export const FOUND_VERSION = VERSION_SLOT;

/** Installs a unit on a server, or changes it, and stores its record. @throws DriverError if a script fails */
export function install<K extends InstalledKind>(
  remote: Remote,
  server: Server,
  unit: Unit,
  mode: 'create' | 'change' | 'step',
  draft: DraftRecord<K> | null,
  context: ActContext,
): Promise<Answer> {
  return remote.call(
    server,
    {
      call: `install ${mode}`,
      kind: unit.kind,
      name: unit.name,
      scripts: unit.scripts,
      files: draft ? { record: recordText(draft) } : {},
      environment: {
        ...environmentOf(server, unit),
        PROVISIONING_ID: draft?.resource.id ?? '',
        PROVISIONING_VERSION_SLOT: VERSION_SLOT,
        PROVISIONING_ADOPTED_SLOT: ADOPTED_SLOT,
      },
      timeouts: unit.definition.timeouts,
      phases: ['check', 'install', 'check'],
    },
    context,
  );
}

/** Removes a unit from a server and replaces its record by a tombstone. @throws DriverError if a script fails */
export function remove<K extends InstalledKind>(
  remote: Remote,
  server: Server,
  unit: Unit,
  mode: 'remove' | 'step',
  record: InstallRecord<K> | null,
  context: ActContext,
): Promise<Answer> {
  return remote.call(
    server,
    {
      call: `remove ${mode}`,
      kind: unit.kind,
      name: unit.name,
      scripts: unit.scripts,
      files: record ? { tombstone: tombstone(record, context) } : {},
      environment: {
        ...environmentOf(server, unit),
        PROVISIONING_ID: record?.resource.id ?? '',
        PROVISIONING_ADOPTED: String(record?.adopted ?? false),
      },
      timeouts: unit.definition.timeouts,
      phases: ['remove', 'check'],
    },
    context,
  );
}

/** What a server stores about something that was removed. */
export function tombstone<K extends InstalledKind>(
  record: InstallRecord<K>,
  { idempotencyKey: key }: ActContext,
): string {
  return writtenRecord<K>({ ...record, last_act: { key, action: 'destroyed', before: record.resource } });
}

/** For {@link install}, and for things that have a record and no scripts. */
export function recordText<K extends InstalledKind>(draft: DraftRecord<K>): string {
  const filledIn = { format: 1, installed_version: VERSION_SLOT, adopted: ADOPTED_SLOT, ...draft };
  // Safe cast: a script on the server fills in what is missing.
  return writtenRecord<K>(filledIn as unknown as InstallRecord<K>);
}

/** What the engine needs to complete a record. */
export const SLOTS = { PROVISIONING_VERSION_SLOT: VERSION_SLOT, PROVISIONING_ADOPTED_SLOT: ADOPTED_SLOT };

function environmentOf(
  server: Server,
  { definition, parameters, version, more }: Unit,
): Record<string, string> {
  const downloads = definition.downloads.get(version ?? '') ?? [];
  return {
    VERSION: version ?? '',
    SERVER_NAME: server.name,
    SERVER_IP: server.ip ?? '',
    INFRA: server.infra,
    PROVISIONING_DOWNLOADS: downloads
      .map(({ name, architecture, sha256, url }) => [name, architecture, sha256, url].join(' '))
      .join(' '),
    ...Object.fromEntries(
      Object.entries(parameters).map(([name, value]) => [`PARAM_${name.toUpperCase()}`, String(value)]),
    ),
    ...more,
  };
}
