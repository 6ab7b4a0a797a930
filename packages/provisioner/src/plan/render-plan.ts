import { countOf, type Plan, type PlanEntry } from './plan.js';

/** The plan for people, a line for each server and the sums at the end. */
export function renderPlan(plan: Plan): string[] {
  const lines = plan.entries.map(renderEntry).filter((line) => line !== null);
  const sums = (['create', 'change', 'replace', 'destroy'] as const).map(
    (action) => `${countOf(plan, action)} to ${action}`,
  );
  return [...lines, `Plan: ${sums.join(', ')}`];
}

function renderEntry(entry: PlanEntry): string | null {
  const { name } = entry;
  switch (entry.action) {
    case 'create':
      return `+ server ${name} (plan ${entry.after.plan}, zone ${entry.after.zone})`;
    case 'change':
      return `~ server ${name}: ${renderDifferences(entry.differences)}`;
    case 'replace':
      return `-/+ server ${name}: ${renderDifferences(entry.differences)} (destroyed and created anew)`;
    case 'destroy':
      return `- server ${name}`;
    case 'absent':
      return `  server ${name} is not there, nothing to delete`;
    case 'left_alone':
      return `  server ${name} is not in the settings, left alone`;
    case 'unchanged':
      return null;
  }
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
