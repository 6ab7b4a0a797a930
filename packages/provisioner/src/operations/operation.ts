/** A server as a batch describes it. Fields that are left out stay unchanged. */
export interface ServerConfig {
  name: string;
  plan: string;
  zone: string;
  image?: string;
  labels?: Record<string, string>;
}

/** An operation that makes or deletes servers. */
export interface ServerOperation {
  id: string;
  type: 'server_batch';
  provider: string;
  server_configs: readonly ServerConfig[];
}

/** An operation that installs or removes task services. */
export interface TaskservOperation {
  id: string;
  type: 'taskserv_batch';
  provider: string;
  taskservs: readonly string[];
  /** Servers at any provider. By default all servers of `provider` in the infra. */
  servers?: readonly string[];
}

/** An operation that installs or removes a cluster. */
export interface ClusterOperation {
  id: string;
  type: 'cluster_batch';
  provider: string;
  cluster_type: string;
}

/** An operation of a batch that drivers perform. */
export type Operation = ServerOperation | TaskservOperation | ClusterOperation;
