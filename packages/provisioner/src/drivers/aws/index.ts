import { SSH_VARIABLES, sshConfigFrom } from '../../ssh/index.js';
import type { DriverPlugin } from '../plugin.js';
import { AWS_VARIABLES, awsConfigFrom } from './config.js';

/** Servers at AWS: instances of EC2. */
export const awsPlugin: DriverPlugin = {
  provider: 'aws',
  variables: [...AWS_VARIABLES, ...SSH_VARIABLES],
  required: [['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_REGION']],
  create: async (env, services) => {
    const config = awsConfigFrom(env);
    const ssh = await sshConfigFrom(env);
    const { createAwsDriver } = await import('./aws-driver.js');
    if (!ssh) return createAwsDriver(config, services, null);
    const { openLogin } = await import('../login.js');
    return createAwsDriver(config, services, await openLogin(ssh));
  },
};
