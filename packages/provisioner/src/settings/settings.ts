import type { Provider } from '../drivers/providers.js';
import type { ServerSettings, ServiceSettings, SettingsFile } from './schema.js';

/** Whether a server runs. `error`: it is unusable, and only its provider or a replacement can help. */
export type ServerState = 'starting' | 'running' | 'stopped' | 'error';

/** A wanted server: the settings with every default filled in. */
export interface DesiredServer {
  infra: string;
  name: string;
  plan: string;
  zone: string;
  provider: Provider;
  image: string | null;
  labels: Record<string, string>;
  storage_gb: number | null;
  /** Only `running` and `stopped` can be requested; absent if it does not matter. */
  state?: ServerState;
}

/** A checked settings file. */
export interface Settings {
  infra: string;
  /** Relative to the workspace: `production/config.ncl`. */
  file: string;
  /** The provider of servers and services that name none. */
  provider: Provider;
  servers: DesiredServer[];
  taskservs: ServiceSettings[];
  clusters: ServiceSettings[];
}

/** Fills in the defaults of a settings file. @param file the path of the file, relative to the workspace */
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
