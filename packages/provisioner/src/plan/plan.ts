import { isDeepStrictEqual } from 'node:util';
import type { Server } from '../drivers/driver.js';
import type { DesiredServer } from '../settings/settings.js';

export type PlannedAction =
  'create' | 'change' | 'replace' | 'destroy' | 'unchanged' | 'absent' | 'left_alone';

export interface Difference {
  field: string;
  before: unknown;
  after: unknown;
}

/** What is to become of one server. */
export type PlanEntry =
  | { action: 'create'; name: string; before: null; after: DesiredServer }
  | {
      action: 'change' | 'replace';
      name: string;
      before: Server;
      after: DesiredServer;
      differences: Difference[];
    }
  | { action: 'destroy'; name: string; before: Server; after: null }
  | { action: 'unchanged' | 'left_alone'; name: string; before: Server; after: Server }
  /** To be destroyed, and not there. */
  | { action: 'absent'; name: string; before: null; after: null };

/** An entry that something has to be done for. */
export type Step = Extract<PlanEntry, { action: 'create' | 'change' | 'replace' | 'destroy' }>;

export interface Plan {
  operation: 'create' | 'delete';
  infra: string;
  entries: PlanEntry[];
}

// What cannot be altered about a server that exists.
const FIXED = ['zone', 'provider', 'image'] as const;
const ALTERABLE = ['plan', 'storage_gb', 'labels'] as const;

/** What makes the servers that exist into those that are wanted. Servers that nobody mentions are left alone. */
export function planCreate(
  infra: string,
  desired: readonly DesiredServer[],
  existing: readonly Server[],
): Plan {
  const byName = new Map(existing.map((server) => [server.name, server]));
  const entries = desired.map((server) => compare(server, byName.get(server.name)));
  const wanted = new Set(desired.map(({ name }) => name));
  const others = existing.filter(({ name }) => !wanted.has(name));
  return {
    operation: 'create',
    infra,
    entries: [
      ...entries,
      ...others.map((server): PlanEntry => ({
        action: 'left_alone',
        name: server.name,
        before: server,
        after: server,
      })),
    ],
  };
}

/** What destroys the servers of those names, the last one first. */
export function planDelete(infra: string, names: readonly string[], existing: readonly Server[]): Plan {
  const byName = new Map(existing.map((server) => [server.name, server]));
  const entries = names.toReversed().map((name): PlanEntry => {
    const before = byName.get(name);
    return before
      ? { action: 'destroy', name, before, after: null }
      : { action: 'absent', name, before: null, after: null };
  });
  return { operation: 'delete', infra, entries };
}

export function stepsOf(plan: Plan): Step[] {
  return plan.entries.filter((entry): entry is Step =>
    ['create', 'change', 'replace', 'destroy'].includes(entry.action),
  );
}

export function countOf(plan: Plan, action: PlannedAction): number {
  return plan.entries.filter((entry) => entry.action === action).length;
}

/** In what the two differ, as far as the settings have a say in it. */
export function differencesBetween(before: DesiredServer, after: DesiredServer): Difference[] {
  return [...ALTERABLE, ...FIXED]
    .filter((field) => !isDeepStrictEqual(before[field], after[field]))
    .map((field) => ({ field, before: before[field], after: after[field] }));
}

function compare(desired: DesiredServer, existing: Server | undefined): PlanEntry {
  const { name } = desired;
  if (!existing) return { action: 'create', name, before: null, after: desired };
  const differences = differencesBetween(existing, desired);
  if (differences.length === 0) return { action: 'unchanged', name, before: existing, after: existing };
  const fixed = differences.some(({ field }) => (FIXED as readonly string[]).includes(field));
  return { action: fixed ? 'replace' : 'change', name, before: existing, after: desired, differences };
}
