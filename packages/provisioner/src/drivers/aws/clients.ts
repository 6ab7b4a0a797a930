import { EC2Client } from '@aws-sdk/client-ec2';
import { SSMClient } from '@aws-sdk/client-ssm';
import type { AwsConfig } from './config.js';
import type { Pace } from './pace.js';

/** The SDK's clients for one region, configured by nothing but what is given: no files, no metadata service. */
export function clientsFor(
  region: string,
  { credentials, endpoints }: Pick<AwsConfig, 'credentials' | 'endpoints'>,
  pace: Pace,
): { ec2: EC2Client; ssm: SSMClient } {
  const common = {
    region,
    credentials,
    maxAttempts: pace.attempts,
    retryMode: 'standard',
    defaultsMode: 'standard' as const,
    ignoreConfiguredEndpointUrls: true,
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    requestHandler: {
      connectionTimeout: pace.connectMs,
      requestTimeout: pace.answerMs,
      throwOnRequestTimeout: true,
    },
  };
  return withoutWarning(() => ({
    ec2: new EC2Client({ ...common, ...(endpoints.ec2 ? { endpoint: endpoints.ec2 } : {}) }),
    ssm: new SSMClient({ ...common, ...(endpoints.ssm ? { endpoint: endpoints.ssm } : {}) }),
  }));
}

const SILENCE = 'AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED';

/** The pinned version supports the Node that this runs on; which versions to come do not, concerns no operator. */
function withoutWarning<T>(make: () => T): T {
  const before = process.env[SILENCE];
  process.env[SILENCE] = 'true';
  try {
    return make();
  } finally {
    if (before === undefined) delete process.env[SILENCE];
    else process.env[SILENCE] = before;
  }
}
