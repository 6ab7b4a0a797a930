import type { Policy } from './policy.js';

const MEMBERS = ['name', 'version', 'description', 'enabled'] as const;

/** Returns what a change did, for the audit trail; undefined stands for a policy that does not exist. */
export function policyDiff(before: Policy | undefined, after: Policy | undefined): Record<string, unknown> {
  const members = MEMBERS.filter((member) => before?.[member] !== after?.[member]).map((member) => [
    member,
    { before: before?.[member] ?? null, after: after?.[member] ?? null },
  ]);
  const [old, current] = [textsOf(before), textsOf(after)];
  const removed = old.filter((text) => !current.includes(text)).map((text) => JSON.parse(text) as unknown);
  const added = current.filter((text) => !old.includes(text)).map((text) => JSON.parse(text) as unknown);
  return {
    name: (after ?? before)?.name,
    revision: { before: before?.revision ?? null, after: after?.revision ?? null },
    // Safe cast: Object.fromEntries types its values as any.
    changes: Object.fromEntries(members) as Record<string, unknown>,
    rules: { removed, added },
  };
}

function textsOf(policy: Policy | undefined): string[] {
  return (policy?.rules ?? []).map((rule) => JSON.stringify(rule));
}
