import type { Checkpoint } from '@provisioning/contracts';

const SHOWN = 5;

/** The infras that a checkpoint covers, in words. */
export function coverageOf({ infras }: Pick<Checkpoint, 'infras'>): string {
  if (!infras) return 'all infras';
  const more = infras.length - SHOWN;
  return infras.slice(0, SHOWN).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
