/** A batch that runs in a new installation. */
export const SAMPLE = `name: two_servers
operations:
  - id: network
    type: command_batch
    infra: sample
    commands: [echo network is ready]
  - id: machines
    type: server_batch
    provider: local
    infra: sample
    dependencies: [network]
    server_configs:
      - { name: web-01, plan: small, zone: a }
      - { name: web-02, plan: small, zone: b }
  - id: check
    type: command_batch
    infra: sample
    dependencies: [machines]
    commands: [echo done]
`;
