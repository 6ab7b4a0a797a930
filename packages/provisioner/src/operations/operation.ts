import type { SemanticChange } from '../plan/index.js';

/** A server as a batch describes it. Fields that are left out stay unchanged. */
export interface ServerConfig {
  name: string;
  plan: string;
  zone: string;
  image?: string;
  labels?: Record<string, string>;
}

/** Of an operation of an approved plan: its changes. It fails before its first act if it would make others. */
interface Approved {
  planned?: readonly SemanticChange[];
}

/** An operation that makes or deletes servers. */
export interface ServerOperation extends Approved {
  id: string;
  type: 'server_batch';
  provider: string;
  server_configs: readonly ServerConfig[];
}

/** An operation that installs or removes task services. */
export interface TaskservOperation extends Approved {
  id: string;
  type: 'taskserv_batch';
  provider: string;
  taskservs: readonly string[];
  /** Servers at any provider. By default all servers of `provider` in the infra. */
  servers?: readonly string[];
}

/** An operation that installs or removes a cluster. */
export interface ClusterOperation extends Approved {
  id: string;
  type: 'cluster_batch';
  provider: string;
  cluster_type: string;
}

/** An operation of a batch that drivers perform. */
export type Operation = ServerOperation | TaskservOperation | ClusterOperation;
