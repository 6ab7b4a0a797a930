import type { PlannedChange } from '@provisioning/contracts';

/** What cannot be taken back comes first. */
const ORDER: readonly PlannedChange['change'][] = ['destroy', 'forget', 'change', 'adopt', 'create'];

/** Destroyed resources first, then changes, then creations; within these by infra, kind and name. */
export function inOrder<Planned extends PlannedChange>(changes: readonly Planned[]): Planned[] {
  return [...changes].sort(
    (a, b) =>
      ORDER.indexOf(a.change) - ORDER.indexOf(b.change) ||
      a.infra.localeCompare(b.infra) ||
      a.kind.localeCompare(b.kind) ||
      a.name.localeCompare(b.name, undefined, { numeric: true }),
  );
}

/** `2 to destroy, 1 to change, 3 to create`. The three main words always appear. */
export function totalsOf(
  changes: readonly PlannedChange[],
): { change: PlannedChange['change']; count: number }[] {
  return ORDER.map((change) => ({
    change,
    count: changes.filter((planned) => planned.change === change).length,
  })).filter(
    ({ change, count }) => count > 0 || change === 'destroy' || change === 'change' || change === 'create',
  );
}

/** The infras in which something is destroyed, in order. */
export function infrasWithDestruction(changes: readonly PlannedChange[]): string[] {
  return [...new Set(changes.filter(({ change }) => change === 'destroy').map(({ infra }) => infra))].sort();
}

/** `plan: 1xCPU-2GB → 2xCPU-4GB`, for the first attributes that differ. */
export function shortDifference({ change, before, after }: PlannedChange): string {
  if (change !== 'change' || !before || !after) return '';
  const names = Object.keys({ ...before, ...after }).filter((name) => before[name] !== after[name]);
  const shown = names.slice(0, 2).map((name) => `${name}: ${wordOf(before[name])} → ${wordOf(after[name])}`);
  return shown.join(', ') + (names.length > 2 ? ` and ${names.length - 2} more` : '');
}

/** The plan as a Markdown list, for a ticket or a review. */
export function asMarkdown(changes: readonly PlannedChange[]): string {
  return inOrder(changes)
    .map((planned) => {
      const difference = shortDifference(planned);
      return `- ${planned.change} ${planned.kind} \`${planned.name}\` in \`${planned.infra}\`${difference === '' ? '' : ` (${difference})`}`;
    })
    .join('\n');
}

const wordOf = (value: unknown) => (value === undefined || value === null ? 'none' : String(value));
