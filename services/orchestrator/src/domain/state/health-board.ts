import type { SystemHealth } from './state.js';

/** Chooses the process that publishes the health of the platform, and records its changes. */
export interface HealthBoard {
  /** Whether this process publishes the health. @param publisher id of the process */
  isPublisher(publisher: string): Promise<boolean>;
  /** Records the health as an event if it has changed. */
  publish(publisher: string, health: SystemHealth): Promise<void>;
}
