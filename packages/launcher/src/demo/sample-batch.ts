/**
 * The batch of the API document with a cluster and a check added: five operations on two providers, some in parallel.
 */
export const SAMPLE_BATCH = {
  name: 'multi_cloud_deployment',
  version: '1.0.0',
  storage_backend: 'surrealdb',
  parallel_limit: 5,
  rollback_enabled: true,
  operations: [
    {
      id: 'upcloud_servers',
      type: 'server_batch',
      provider: 'upcloud',
      infra: 'demo',
      dependencies: [],
      server_configs: [
        { name: 'web-01', plan: '1xCPU-2 GB', zone: 'de-fra1' },
        { name: 'web-02', plan: '1xCPU-2 GB', zone: 'us-nyc1' },
      ],
    },
    {
      id: 'aws_servers',
      type: 'server_batch',
      provider: 'aws',
      infra: 'demo',
      dependencies: [],
      server_configs: [{ name: 'db-01', plan: 't3.medium', zone: 'eu-central-1a' }],
    },
    {
      id: 'web_taskservs',
      type: 'taskserv_batch',
      provider: 'upcloud',
      infra: 'demo',
      dependencies: ['upcloud_servers'],
      taskservs: ['containerd', 'kubernetes', 'cilium'],
    },
    {
      id: 'build_cluster',
      type: 'cluster_batch',
      provider: 'upcloud',
      infra: 'demo',
      dependencies: ['web_taskservs'],
      cluster_type: 'buildkit',
    },
    {
      id: 'announce',
      type: 'command_batch',
      infra: 'demo',
      dependencies: ['build_cluster', 'aws_servers'],
      commands: ['sleep 0.5', 'echo The platform is up'],
    },
  ],
} as const;
