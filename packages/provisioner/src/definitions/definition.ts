import type { On, ParameterFile } from './schema.js';

export const PHASES = ['check', 'install', 'remove'] as const;
export type Phase = (typeof PHASES)[number];
/** The text of each script. */
export type Scripts = Record<Phase, string>;
export type Timeouts = Record<Phase, number>;

/** A file that is fetched from outside, for one version and architecture. */
export interface Download {
  name: string;
  architecture: string;
  sha256: string;
  url: string;
}

export interface CommonDefinition {
  name: string;
  description: string;
  /** Null where the distribution's packages say which there are. */
  defaultVersion: string | null;
  /** By version; empty where any that the distribution has will do. */
  downloads: ReadonlyMap<string, readonly Download[]>;
  parameters: ReadonlyMap<string, ParameterFile>;
  /** Seconds. */
  timeouts: Timeouts;
}

/** How a task service is installed on a server. */
export interface TaskservDefinition extends CommonDefinition {
  order: number;
  requires: readonly string[];
  scripts: Scripts;
}

/** What a cluster is made of, in order: first the task services, then the steps. */
export interface ClusterDefinition extends CommonDefinition {
  taskservs: readonly { name: string; on: On; version: string | null }[];
  steps: readonly { name: string; on: On; scripts: Scripts }[];
}
