import { AwsError } from './aws-error.js';

const MAX_TEXT = 300;

interface Advice {
  on: readonly string[];
  advice: string;
  /** Whether it passes by itself. */
  passing?: boolean;
  /** AWS's own words repeat what was sent, secrets included. */
  unquotable?: boolean;
}

const ADVICE: readonly Advice[] = [
  {
    on: ['UnauthorizedOperation', 'AccessDenied', 'AccessDeniedException'],
    advice: 'Give AWS_ACCESS_KEY_ID the permission for it; docs/how-to/use-aws.md has a policy.',
  },
  {
    on: ['AuthFailure', 'InvalidClientTokenId', 'UnrecognizedClientException', 'MissingAuthenticationToken'],
    advice:
      'Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, and that the region is enabled for the account.',
  },
  {
    on: ['SignatureDoesNotMatch', 'IncompleteSignature', 'InvalidSignatureException'],
    advice: 'Check AWS_SECRET_ACCESS_KEY, and the clock of this machine.',
    unquotable: true,
  },
  {
    on: ['RequestExpired', 'ExpiredToken', 'ExpiredTokenException'],
    advice: 'The temporary access key has expired, or the clock of this machine is wrong: set new ones.',
  },
  {
    on: ['OptInRequired'],
    advice:
      "Accept the image's terms in the AWS Marketplace, or enable the region or service for the account.",
  },
  {
    on: ['PendingVerification'],
    advice: 'AWS still verifies the account: run it again later.',
    passing: true,
  },
  { on: ['Blocked'], advice: 'AWS has blocked the account: ask its support.' },
  {
    on: ['InvalidAMIID.NotFound', 'InvalidAMIID.Malformed', 'InvalidAMIID.Unavailable'],
    advice: 'Name an image of that very region: each region has ids of its own.',
  },
  {
    on: ['VcpuLimitExceeded', 'InstanceLimitExceeded', 'VolumeLimitExceeded', 'MaxIOPSLimitExceeded'],
    advice: 'Destroy what is not needed, or ask for more in Service Quotas.',
  },
  {
    on: ['InsufficientInstanceCapacity', 'InsufficientHostCapacity', 'InsufficientCapacity'],
    advice: 'There is no room for that type for now: run it again later, or choose another zone or plan.',
    passing: true,
  },
  {
    on: ['Unsupported', 'UnsupportedOperation', 'InvalidInstanceType'],
    advice: 'Choose another plan or zone.',
  },
  {
    on: ['InsufficientFreeAddressesInSubnet'],
    advice: 'Destroy what is not needed there, or name another one in AWS_SUBNET_ID.',
  },
  {
    on: ['VPCIdNotSpecified', 'DefaultVpcDoesNotExist', 'MissingInput'],
    advice: 'The region has no default VPC: set AWS_SUBNET_ID.',
  },
  { on: ['InvalidSubnetID.NotFound', 'InvalidSubnetID.Malformed'], advice: 'Check AWS_SUBNET_ID.' },
  {
    on: ['InvalidGroup.NotFound', 'InvalidGroupId.Malformed', 'InvalidSecurityGroupID.NotFound'],
    advice: 'Check AWS_SECURITY_GROUP_IDS: they belong to the VPC of AWS_SUBNET_ID.',
  },
  {
    on: ['InvalidKey.Format', 'InvalidKeyPair.Format'],
    advice: 'EC2 takes keys of the types ED25519 and RSA: name another one in PROVISIONING_SSH_KEY_FILE.',
  },
  {
    on: ['OperationNotPermitted'],
    advice: 'The instance is protected: take the protection away in the EC2 console, if that is meant.',
  },
  {
    on: ['VolumeModificationRateExceeded', 'IncorrectModificationState'],
    advice: 'A volume may be altered once in six hours: run it again then.',
    passing: true,
  },
  {
    on: ['IncorrectInstanceState', 'IncorrectState', 'ResourceInUse', 'VolumeInUse'],
    advice: 'Something else is being done to it: run it again.',
    passing: true,
  },
];

const THROTTLED = [
  ...['RequestLimitExceeded', 'Throttling', 'ThrottlingException', 'ThrottledException'],
  ...['EC2ThrottledException', 'TooManyRequestsException', 'SlowDown', 'RequestThrottled'],
];

/** What errors of the SDK have, as far as that is used. */
interface SdkError {
  name?: string;
  message?: string;
  code?: string;
  $fault?: string;
  $metadata?: { httpStatusCode?: number; requestId?: string };
}

/** Why AWS did not do it, in a sentence. @param act what was asked for, e.g. `create server web-01` */
export function explainError(act: string, error: unknown, secrets: readonly string[] = []): AwsError {
  const {
    name = '',
    message = '',
    code,
    $fault,
    $metadata: { httpStatusCode: status } = {},
  } = error as SdkError;
  const again = 'Run it again later: what was done is not done twice.';
  if ($fault === undefined || status === undefined) {
    const late = name === 'AbortError' || (name === 'TimeoutError' && (code ?? 'ETIMEDOUT') === 'ETIMEDOUT');
    const reason = late ? 'there was no answer in time' : (code ?? name);
    return new AwsError(
      `AWS could not be asked to ${act}, or its answer was lost: ${reason}. ` +
        'Look whether it can be reached and run it again: what was done is not done twice.',
      { code: null, permanent: false, cause: error },
    );
  }
  // No causes below: the SDK's errors hold what AWS said, which may hold what was sent.
  if (THROTTLED.includes(name) || status === 429) {
    return new AwsError(`AWS does not ${act} for now: there are too many requests (${name}). ${again}`, {
      code: name,
      permanent: false,
    });
  }
  const known = ADVICE.find(({ on }) => on.includes(name));
  const text = known?.unquotable ? '' : `${quotable(message, secrets)} `;
  if (!known && status >= 500) {
    return new AwsError(`AWS cannot ${act} at the moment: ${text}(${name}). ${again}`, {
      ...{ code: name, permanent: false },
    });
  }
  return new AwsError(
    `AWS did not ${act}: ${text}(${name}). ${known?.advice ?? 'Correct that and run it again.'}`,
    { code: name, permanent: !known?.passing },
  );
}

/** A text of AWS's within a sentence of ours. */
export function quotable(text: string, secrets: readonly string[]): string {
  let clean = text.replace(/\p{Cc}+/gu, ' ');
  for (const secret of secrets) clean = clean.replaceAll(secret, '***');
  // Nobody but AWS can read it, and it is long.
  clean = clean.replace(/Encoded authorization failure message: \S+/, '');
  return clean.slice(0, MAX_TEXT).replace(/[.\s]+$/, '');
}
