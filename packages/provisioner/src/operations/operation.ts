/** A server as a batch names it: what is not said stays as it is. */
export interface ServerConfig {
  name: string;
  plan: string;
  zone: string;
  image?: string;
  labels?: Record<string, string>;
}

export interface ServerOperation {
  id: string;
  type: 'server_batch';
  provider: string;
  server_configs: readonly ServerConfig[];
}

export interface TaskservOperation {
  id: string;
  type: 'taskserv_batch';
  provider: string;
  taskservs: readonly string[];
  /** Used at any provider. Where absent: all servers of `provider` in the infra. */
  servers?: readonly string[];
}

export interface ClusterOperation {
  id: string;
  type: 'cluster_batch';
  provider: string;
  cluster_type: string;
}

/** An operation of a batch that drivers carry out. */
export type Operation = ServerOperation | TaskservOperation | ClusterOperation;
