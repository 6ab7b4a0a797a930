import { awsPlugin } from './aws/index.js';
import { dockerPlugin } from './docker/index.js';
import type { DriverPlugin } from './plugin.js';
import { sshPlugin } from './ssh/index.js';
import { upcloudPlugin } from './upcloud/index.js';

/** The providers that have a driver besides `local`. */
export const CATALOG: readonly DriverPlugin[] = [awsPlugin, dockerPlugin, sshPlugin, upcloudPlugin];
