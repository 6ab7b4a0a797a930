import { createHash } from 'node:crypto';
import { fullName, type Existing, type Kind } from '../drivers/resource.js';
import { canonicalJson } from './canonical-json.js';
import { comparedFields } from './plan.js';

/** A change by its meaning: without ids, times and addresses, which differ between two plans of the same change. */
export interface SemanticChange {
  change: 'create' | 'change' | 'destroy';
  kind: string;
  infra: string;
  /** The full name. */
  name: string;
  /** The attributes that are wanted; null for a destruction. */
  wanted: Record<string, unknown> | null;
}

/** The version of an existing resource on which a plan is based. */
export interface BaseVersion {
  kind: Kind;
  infra: string;
  /** The full name. */
  name: string;
  /** Of the provider: another resource of the same name has another id. */
  id: string;
  /** The driver that made it. */
  driver: string;
  attributes: Record<string, unknown>;
}

/** A planned change, as {@link plannedReports} returns it. */
type Planned = Omit<SemanticChange, 'wanted'> & { after: Record<string, unknown> | null };

/** Returns the meaning of a planned change. */
export function semanticChange({ change, kind, infra, name, after }: Planned): SemanticChange {
  // Safe cast: a change of a plan has a kind of this program.
  return { change, kind, infra, name, wanted: after && comparedAttributes(kind as Kind, after) };
}

/** Returns the version of an existing resource. */
export function baseVersion(kind: Kind, existing: Existing[Kind]): BaseVersion {
  const { infra, id, driver } = existing;
  return {
    kind,
    infra,
    name: fullName(existing),
    id,
    driver,
    attributes: comparedAttributes(kind, { ...existing }),
  };
}

/** The SHA-256 of settings with all defaults, in hexadecimal digits. It reveals whether a stored copy is the original. */
export function digestOfSettings(settings: object): string {
  return createHash('sha256').update(canonicalJson(settings)).digest('hex');
}

/** A text that is equal for equal sets of changes. */
export function changesKey(changes: readonly SemanticChange[]): string {
  return `[${changes
    .map((change) => canonicalJson(change))
    .sort()
    .join(',')}]`;
}

/** The fields by which plans compare resources. `starting` is equal to `running`; the order of servers means nothing. */
export function comparedAttributes(
  kind: Kind,
  thing: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(
    comparedFields(kind).flatMap((field) => {
      const value = thing[field];
      if (value === undefined) return [];
      if (field === 'state' && value === 'starting') return [[field, 'running']];
      if (field === 'servers' && Array.isArray(value)) return [[field, value.map(String).sort()]];
      return [[field, value]];
    }),
  );
}
