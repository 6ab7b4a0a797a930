import { awsPlugin } from './aws/index.js';
import { dockerPlugin } from './docker/index.js';
import type { DriverPlugin } from './plugin.js';
import { sshPlugin } from './ssh/index.js';
import { upcloudPlugin } from './upcloud/index.js';

/** The providers that have a driver besides `local`. */
export const CATALOG: readonly DriverPlugin[] = [awsPlugin, dockerPlugin, sshPlugin, upcloudPlugin];

/** The major version of the drivers. Raise it when a driver does something else for the same plan: approved plans then become stale. */
export const DRIVERS_VERSION = 1;
