import type { Work } from './compare.js';

/** Works that share a setting, which is made before the first and removed after the last. */
export interface Suite {
  name: string;
  /** The default number of rounds; 5 if absent. */
  rounds?: number;
  prepare(): Promise<{ works: Work[]; stop(): Promise<void> }>;
}
