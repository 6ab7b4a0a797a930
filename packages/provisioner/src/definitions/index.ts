export { Definitions } from './definitions.js';
export { installedClusters } from './installed-clusters.js';
export { installedTaskservs, type InstalledTaskservs } from './installed-taskservs.js';
export type { Complaint } from './definition-error.js';
export { parseTomlFile } from './parse-toml-file.js';
export type { InstallOptions, RunOnServer } from './run-on-server.js';
