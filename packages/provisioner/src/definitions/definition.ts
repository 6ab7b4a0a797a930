import type { On, ParameterFile } from './schema.js';

/** The scripts of a definition: `check` reports the installed version, `install` and `remove` change the server. */
export const PHASES = ['check', 'install', 'remove'] as const;
/** One of {@link PHASES}. */
export type Phase = (typeof PHASES)[number];
/** The text of each script. */
export type Scripts = Record<Phase, string>;
/** The time limit of each script, in seconds. */
export type Timeouts = Record<Phase, number>;

/** A file that a script downloads, for one version and architecture. */
export interface Download {
  name: string;
  architecture: string;
  sha256: string;
  url: string;
}

/** What definitions of task services and of clusters have in common. */
export interface CommonDefinition {
  name: string;
  description: string;
  /** Null if the packages of the distribution decide which versions exist. */
  defaultVersion: string | null;
  /** By version; empty if any version of the distribution will do. */
  downloads: ReadonlyMap<string, readonly Download[]>;
  parameters: ReadonlyMap<string, ParameterFile>;
  /** In seconds. */
  timeouts: Timeouts;
}

/** How a task service is installed on a server. */
export interface TaskservDefinition extends CommonDefinition {
  order: number;
  requires: readonly string[];
  scripts: Scripts;
}

/** The parts of a cluster, in order: first the task services, then the steps. */
export interface ClusterDefinition extends CommonDefinition {
  taskservs: readonly { name: string; on: On; version: string | null }[];
  steps: readonly { name: string; on: On; scripts: Scripts }[];
}
