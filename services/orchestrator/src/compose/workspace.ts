import { messageOf } from '@provisioning/errors';
import { join } from 'node:path';
import { Definitions, listInfras, listSettings, PROVIDERS } from '@provisioning/provisioner';
import type { ApiConfig } from '../config.js';
import type { DefinitionSummary, ProviderSummary, Workspace } from '../domain/platform/platform.js';

/** Reads the workspace in a folder. */
export function workspaceIn(folder: string): Workspace {
  const definitions = new Definitions(join(folder, 'definitions'));
  const describe = async (kind: DefinitionSummary['kind'], name: string): Promise<DefinitionSummary> => {
    try {
      const found = await definitions[kind](name);
      const { description, defaultVersion } = found;
      const requires = 'requires' in found ? found.requires : found.taskservs.map((one) => one.name);
      return { kind, name, description, defaultVersion, requires, fault: null };
    } catch (error) {
      const fault = messageOf(error);
      return { kind, name, description: null, defaultVersion: null, requires: [], fault };
    }
  };
  return {
    infras: () => listInfras(folder),
    settings: (infra) => listSettings(folder, infra),
    definitions: async () => {
      const [taskservs, clusters] = await Promise.all([
        definitions.names('taskserv'),
        definitions.names('cluster'),
      ]);
      return Promise.all([
        ...taskservs.map((name) => describe('taskserv', name)),
        ...clusters.map((name) => describe('cluster', name)),
      ]);
    },
  };
}

/** How each provider is configured. In production, none falls back to the local driver. */
export function providersOf({
  providers,
  production,
}: Pick<ApiConfig, 'providers' | 'production'>): ProviderSummary[] {
  return PROVIDERS.map((name) => {
    const missing = providers.get(name) ?? null;
    const state = missing === null ? 'configured' : production ? 'unavailable' : 'local';
    return { name, state, missing };
  });
}
