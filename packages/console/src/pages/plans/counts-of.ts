import type { StoredPlanSummary } from '@provisioning/contracts';

/** `1 to destroy, 2 to create`, with what cannot be taken back first; empty until the plan has been made. */
export function countsOf({ digest, summary }: Pick<StoredPlanSummary, 'digest' | 'summary'>): string {
  if (digest === null) return '';
  const words = (['destroy', 'change', 'create'] as const)
    .filter((change) => summary[change] > 0)
    .map((change) => `${summary[change].toLocaleString()} to ${change}`);
  return words.length > 0 ? words.join(', ') : 'None';
}
