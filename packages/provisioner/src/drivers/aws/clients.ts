import { EC2Client } from '@aws-sdk/client-ec2';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { SSMClient } from '@aws-sdk/client-ssm';
import { withoutVersionWarning, type AwsConfig } from './config.js';
import type { Pace } from './pace.js';

/** The clients of the AWS services that the driver uses in a region. */
export interface Clients {
  ec2: EC2Client;
  ssm: SSMClient;
  quotas: ServiceQuotasClient;
}

/** The SDK's clients for one region. They use only the given configuration: no files and no metadata service. */
export function clientsFor(
  region: string,
  { credentials, endpoints }: Pick<AwsConfig, 'credentials' | 'endpoints'>,
  pace: Pace,
): Clients {
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
  return withoutVersionWarning(() => ({
    ec2: new EC2Client({ ...common, ...(endpoints.ec2 ? { endpoint: endpoints.ec2 } : {}) }),
    ssm: new SSMClient({ ...common, ...(endpoints.ssm ? { endpoint: endpoints.ssm } : {}) }),
    quotas: new ServiceQuotasClient({
      ...common,
      ...(endpoints.quotas ? { endpoint: endpoints.quotas } : {}),
    }),
  }));
}
