import type { Kind } from './resource.js';

type Body = Readonly<Record<string, unknown>>;

/** The changes that a driver can never make to an existing thing, as far as is known without asking its provider. */
interface Limits {
  /** A disk can only grow. */
  growsOnly: boolean;
  /** Fields that cannot be changed: another thing must be made instead. */
  fixed: readonly string[];
}

/** For servers, by driver. Drivers that are not listed can reverse every change. */
const LIMITS: Readonly<Record<string, Limits>> = {
  aws: { growsOnly: true, fixed: ['zone', 'image'] },
  upcloud: { growsOnly: true, fixed: ['zone', 'image'] },
  docker: { growsOnly: false, fixed: ['image'] },
};

/**
 * Why a driver cannot change an existing thing from one state into another; null if it can, as far as is known.
 * @returns a sentence that says what to do instead
 */
export function cannotChange(driver: string, kind: Kind | string, from: Body, to: Body): string | null {
  const limits = kind === 'server' ? LIMITS[driver] : undefined;
  if (!limits) return null;
  const name = String(from['name']);
  const [size, wanted] = [from['storage_gb'], to['storage_gb']];
  if (limits.growsOnly && typeof size === 'number' && typeof wanted === 'number' && wanted < size)
    return (
      `The disk of server ${name} has ${size} GB and cannot shrink to ${wanted} GB at ${driver}. ` +
      'To shrink it, delete the server and create it again.'
    );
  const fixed = limits.fixed.find((field) => field in from && field in to && from[field] !== to[field]);
  if (fixed === undefined) return null;
  return (
    `The ${fixed} of server ${name} cannot be changed at ${driver}. ` +
    'To change it, delete the server and create it again.'
  );
}
