export { DefinitionError } from './definition-error.js';
export { Definitions } from './definitions.js';
export { InstalledClusters, installedClusters } from './installed-clusters.js';
export { InstalledTaskservs, installedTaskservs } from './installed-taskservs.js';
export type { InstallOptions, RunOnServer } from './run-on-server.js';
