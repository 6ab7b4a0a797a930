import type { SystemHealth } from './state.js';

/** Where one of several processes tells how the whole is. */
export interface HealthBoard {
  /** Whether this process is the one that tells. */
  isMine(teller: string): Promise<boolean>;
  /** Tells it where it differs from what was told last. */
  tell(teller: string, health: SystemHealth): Promise<void>;
}
