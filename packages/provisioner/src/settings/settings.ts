import type { Provider } from '../drivers/providers.js';
import type { ServerSettings, ServiceSettings, SettingsFile } from './schema.js';

/** Whether a server runs. `error`: it cannot be used, and only its provider or a new server in its place can help. */
export type ServerState = 'starting' | 'running' | 'stopped' | 'error';

/** A server as it is to be: what the settings say, with every default filled in. */
export interface DesiredServer {
  infra: string;
  name: string;
  plan: string;
  zone: string;
  provider: Provider;
  image: string | null;
  labels: Record<string, string>;
  storage_gb: number | null;
  /** Only `running` and `stopped` can be asked for; absent where it does not matter. */
  state?: ServerState;
}

/** A checked settings file. */
export interface Settings {
  infra: string;
  /** Relative to the workspace: `production/config.ncl`. */
  file: string;
  /** Who is asked for what names nobody itself. */
  provider: Provider;
  servers: DesiredServer[];
  taskservs: ServiceSettings[];
  clusters: ServiceSettings[];
}

export function withDefaults(infra: string, file: string, written: SettingsFile): Settings {
  const provider = written.provider ?? 'local';
  return {
    infra,
    file,
    provider,
    servers: written.servers.map((server) => desired(infra, provider, server)),
    taskservs: written.taskservs ?? [],
    clusters: written.clusters ?? [],
  };
}

function desired(infra: string, provider: Provider, server: ServerSettings): DesiredServer {
  return {
    infra,
    name: server.name,
    plan: server.plan,
    zone: server.zone,
    provider: server.provider ?? provider,
    image: server.image ?? null,
    labels: server.labels ?? {},
    storage_gb: server.storage_gb ?? null,
  };
}
