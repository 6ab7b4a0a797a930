import type { Work } from './compare.js';

/** Works that share a setting: it is made before the first and taken down after the last. */
export interface Suite {
  name: string;
  /** How many rounds it takes when nobody says; 5 otherwise. */
  rounds?: number;
  prepare(): Promise<{ works: Work[]; stop(): Promise<void> }>;
}
