import type { Driver, RecallOptions } from './driver.js';
import { KINDS, type Change } from './resource.js';

/** A collection that can recall the acts under a key. */
interface Recalling {
  recall(infra: string, idempotencyKey: string, options?: RecallOptions): Promise<Change[]>;
}

/**
 * Recalls only the requested kinds: what is installed is stored on the servers themselves, so reading it needs a login
 * to each of them.
 */
export function recallEach(server: Recalling, taskserv?: Recalling, cluster?: Recalling): Driver['recall'] {
  const byKind = { server, taskserv, cluster };
  return async (infra, key, options = {}) => {
    const asked = KINDS.filter((kind) => options.kinds?.includes(kind) ?? true);
    const changes = await Promise.all(asked.map((kind) => byKind[kind]?.recall(infra, key, options) ?? []));
    return changes.flat();
  };
}
