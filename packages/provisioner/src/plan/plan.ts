import { isDeepStrictEqual } from 'node:util';
import { fullName, type Desired, type Existing, type Kind } from '../drivers/resource.js';

/** What a plan does with a thing. `absent`: to be destroyed, but gone; `left_alone`: not mentioned in the settings. */
export type PlannedAction =
  'create' | 'change' | 'replace' | 'destroy' | 'unchanged' | 'absent' | 'left_alone' | 'blocked';

/** A field of a thing that differs from what is wanted. */
export interface Difference {
  field: string;
  before: unknown;
  after: unknown;
}

/** The planned action for one thing; `name` is its full name. */
export type PlanEntry<K extends Kind = Kind> =
  | { action: 'create'; name: string; before: null; after: Desired[K] }
  | {
      action: 'change' | 'replace';
      name: string;
      before: Existing[K];
      after: Desired[K];
      differences: Difference[];
    }
  | { action: 'destroy'; name: string; before: Existing[K]; after: null }
  | { action: 'unchanged' | 'left_alone'; name: string; before: Existing[K]; after: Existing[K] }
  /** To be destroyed, and already gone. */
  | { action: 'absent'; name: string; before: null; after: null }
  /** Nothing can be done: its state is unknown, or no action can repair it. */
  | ({ action: 'blocked'; name: string; before: Existing[K] | null; after: Desired[K] | null } & Blocked);

/** Why nothing can be done about a thing, and what to do. */
export interface Blocked {
  /** A sentence. */
  reason: string;
  /** Whether a repetition finds the same until something is changed. */
  permanent: boolean;
}

/** A thing of which no provider reported whether it exists. */
export interface Unknown extends Blocked {
  /** The full name. */
  name: string;
}

/** An entry that requires an act. */
export type Step<K extends Kind = Kind> = Extract<
  PlanEntry<K>,
  { action: 'create' | 'change' | 'replace' | 'destroy' }
>;

/** What {@link Plan.operation} does, thing by thing, in the order in which it is applied. */
export interface Plan<K extends Kind = Kind> {
  operation: 'create' | 'delete';
  kind: K;
  infra: string;
  entries: PlanEntry<K>[];
}

// The fields of an existing thing that can be changed, and those that cannot.
const ALTERABLE: Record<Kind, readonly string[]> = {
  server: ['plan', 'storage_gb', 'labels', 'state'],
  taskserv: ['version', 'attributes'],
  cluster: ['version', 'servers', 'attributes'],
};
const FIXED: Record<Kind, readonly string[]> = {
  server: ['zone', 'provider', 'image'],
  taskserv: ['provider'],
  cluster: ['provider'],
};

/** The fields by which things of a kind are compared. */
export function comparedFields(kind: Kind): string[] {
  return [...ALTERABLE[kind], ...FIXED[kind]];
}

/** Plans the servers that are wanted. Servers that the settings do not name are left alone. */
export function planCreate(
  infra: string,
  desired: readonly Desired['server'][],
  existing: readonly Existing['server'][],
  unknown: readonly Unknown[] = [],
): Plan<'server'> {
  const plan = planWanted('server', infra, desired, existing, unknown);
  const wanted = new Set(desired.map(({ name }) => name));
  const others = existing.filter(({ name }) => !wanted.has(name));
  plan.entries.push(
    ...others.map((server) => ({
      action: 'left_alone' as const,
      name: server.name,
      before: server,
      after: server,
    })),
  );
  return plan;
}

/** The same for any kind; things that are not wanted are not listed. */
export function planWanted<K extends Kind>(
  kind: K,
  infra: string,
  desired: readonly Desired[K][],
  existing: readonly Existing[K][],
  unknown: readonly Unknown[] = [],
): Plan<K> {
  const byName = new Map(existing.map((one) => [fullName(one), one]));
  const silent = new Map(unknown.map((one) => [one.name, one]));
  const entries = desired.map((one): PlanEntry<K> => {
    const name = fullName(one);
    const found = byName.get(name);
    const silence = silent.get(name);
    if (found || !silence) return compare(kind, one, found);
    return { ...blockedBy(silence), name, before: null, after: one };
  });
  return { operation: 'create', kind, infra, entries };
}

/** Plans the destruction of the things of those full names, the last one first. */
export function planDelete<K extends Kind = 'server'>(
  infra: string,
  names: readonly string[],
  existing: readonly Existing[K][],
  // Safe cast: a caller that omits the kind omits K, too, which is then 'server'.
  kind = 'server' as K,
  unknown: readonly Unknown[] = [],
): Plan<K> {
  const byName = new Map(existing.map((one) => [fullName(one), one]));
  const entries = names.toReversed().map((name): PlanEntry<K> => {
    const before = byName.get(name);
    const silence = unknown.find((one) => one.name === name);
    if (!before && silence) return { ...blockedBy(silence), name, before: null, after: null };
    return before
      ? { action: 'destroy', name, before, after: null }
      : { action: 'absent', name, before: null, after: null };
  });
  return { operation: 'delete', kind, infra, entries };
}

/** The entries that require an act, in order. */
export function stepsOf<K extends Kind>(plan: Plan<K>): Step<K>[] {
  return plan.entries.filter((entry): entry is Step<K> =>
    ['create', 'change', 'replace', 'destroy'].includes(entry.action),
  );
}

/** The number of entries with that action. */
export function countOf(plan: Plan, action: PlannedAction): number {
  return plan.entries.filter((entry) => entry.action === action).length;
}

/** The fields in which the two differ, without those that only the provider determines. */
export function differencesBetween<K extends Kind>(
  kind: K,
  before: Desired[K],
  after: Desired[K],
): Difference[] {
  // Safe cast: a copy of an object; its members are only compared.
  const was = { ...before } as Record<string, unknown>;
  // Safe cast: a copy of an object; its members are only compared.
  const is = { ...after } as Record<string, unknown>;
  return comparedFields(kind)
    .filter((field) =>
      field === 'state' ? isOtherState(was[field], is[field]) : !isDeepStrictEqual(was[field], is[field]),
    )
    .map((field) => ({ field, before: was[field], after: is[field] }));
}

/** `starting` is equal to `running`. A state that only one of the two has makes no difference. */
function isOtherState(before: unknown, after: unknown): boolean {
  const settled = (state: unknown) => (state === 'starting' ? 'running' : state);
  return before !== undefined && after !== undefined && settled(before) !== settled(after);
}

function compare<K extends Kind>(
  kind: K,
  desired: Desired[K],
  existing: Existing[K] | undefined,
): PlanEntry<K> {
  const name = fullName(desired);
  if (!existing) return { action: 'create', name, before: null, after: desired };
  const powered = inWantedState(desired);
  const lost: readonly string[] = existing.lost ?? [];
  const differences = [
    ...differencesBetween(kind, existing, powered),
    ...lost.map((field) => ({
      field,
      before: null,
      // Safe cast: a copy of an object; the member is only shown.
      after: ({ ...desired } as Record<string, unknown>)[field],
    })),
  ].filter(({ field }, index, all) => all.findLastIndex((one) => one.field === field) === index);
  if (differences.length === 0) return { action: 'unchanged', name, before: existing, after: existing };
  const fixed = differences.some(({ field }) => FIXED[kind].includes(field) && !lost.includes(field));
  if (!fixed && 'state' in existing && existing.state === 'error')
    return { ...blockedBy(inError(existing)), name, before: existing, after: desired };
  const after = differences.some(({ field }) => field === 'state') ? powered : desired;
  return { action: fixed ? 'replace' : 'change', name, before: existing, after, differences };
}

/** A wanted server is wanted running, unless it was stopped when it was recorded. */
function inWantedState<D extends Desired[Kind]>(desired: D): D {
  if (!('plan' in desired)) return desired;
  return { ...desired, state: desired.state === 'stopped' ? 'stopped' : 'running' };
}

function inError({ name, provider, description }: Existing['server']): Blocked {
  const reason =
    `Server ${name} is in state error at ${provider} and cannot be used. ${description} ` +
    'Check it at the provider, or delete the server and create it again.';
  return { reason, permanent: true };
}

function blockedBy({ reason, permanent }: Blocked) {
  return { action: 'blocked' as const, reason, permanent };
}
