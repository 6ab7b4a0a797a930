export { Definitions } from './definitions.js';
export { installedClusters } from './installed-clusters.js';
export { installedTaskservs, type InstalledTaskservs } from './installed-taskservs.js';
export type { InstallOptions, RunOnServer } from './run-on-server.js';
