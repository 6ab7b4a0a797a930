import { nounOf, type Desired, type Kind } from '../drivers/resource.js';
import { countOf, type Plan, type PlanEntry } from './plan.js';

/** The plan as text: a line for each thing, and the totals at the end. */
export function renderPlan(plan: Plan): string[] {
  const lines = plan.entries.map((entry) => renderEntry(plan.kind, entry)).filter((line) => line !== null);
  const sums = (['create', 'change', 'replace', 'destroy'] as const).map(
    (action) => `${countOf(plan, action)} to ${action}`,
  );
  const blocked = countOf(plan, 'blocked');
  if (blocked > 0) sums.push(`${blocked} blocked`);
  return [...lines, `Plan: ${sums.join(', ')}`];
}

function renderEntry(kind: Kind, entry: PlanEntry): string | null {
  const what = `${nounOf(kind)} ${entry.name}`;
  switch (entry.action) {
    case 'create':
      return `+ ${what}${renderDesired(entry.after)}`;
    case 'change':
      return `~ ${what}: ${renderDifferences(entry.differences)}`;
    case 'replace':
      return `-/+ ${what}: ${renderDifferences(entry.differences)} (destroyed and created again)`;
    case 'destroy':
      return `- ${what}`;
    case 'absent':
      return `  ${what} does not exist, nothing to delete`;
    case 'left_alone':
      return `  ${what} is not in the settings, not changed`;
    case 'blocked':
      return `! ${what}: ${entry.reason}`;
    case 'unchanged':
      return null;
  }
}

function renderDesired(desired: Desired[Kind]): string {
  if ('plan' in desired) return ` (plan ${desired.plan}, zone ${desired.zone})`;
  const version = desired.version === null ? [] : [`version ${desired.version}`];
  const servers =
    'servers' in desired && desired.servers.length > 0 ? [`on ${desired.servers.join(', ')}`] : [];
  const details = [...version, ...servers].join(', ');
  return details && ` (${details})`;
}

function renderDifferences(
  differences: readonly { field: string; before: unknown; after: unknown }[],
): string {
  return differences
    .map(({ field, before, after }) => `${field} ${renderValue(before)} -> ${renderValue(after)}`)
    .join(', ');
}

function renderValue(value: unknown): string {
  return value === null ? '(none)' : JSON.stringify(value);
}
