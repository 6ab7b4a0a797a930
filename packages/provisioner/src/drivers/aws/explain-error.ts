import { AwsError } from './aws-error.js';

const MAX_TEXT = 300;

interface Advice {
  on: readonly string[];
  advice: string;
  /** Whether it passes without a change by an operator. */
  passing?: boolean;
  /** Whether AWS's own message must be left out, because it repeats what was sent, including secrets. */
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
    advice: 'AWS is still verifying the account. Run the command again later.',
    passing: true,
  },
  { on: ['Blocked'], advice: 'AWS has blocked the account. Contact AWS support.' },
  {
    on: ['InvalidAMIID.NotFound', 'InvalidAMIID.Malformed', 'InvalidAMIID.Unavailable'],
    advice: 'Use an image of this region; image ids differ between regions.',
  },
  {
    on: ['VcpuLimitExceeded', 'InstanceLimitExceeded', 'VolumeLimitExceeded', 'MaxIOPSLimitExceeded'],
    advice: 'Destroy what is not needed, or request more in Service Quotas.',
  },
  {
    on: ['InsufficientInstanceCapacity', 'InsufficientHostCapacity', 'InsufficientCapacity'],
    advice: 'AWS has no capacity for this type. Run the command again later, or choose another zone or plan.',
    passing: true,
  },
  {
    on: ['Unsupported', 'UnsupportedOperation', 'InvalidInstanceType'],
    advice: 'Choose another plan or zone.',
  },
  {
    on: ['InsufficientFreeAddressesInSubnet'],
    advice: 'Destroy what is not needed there, or set another one in AWS_SUBNET_ID.',
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
    advice: 'EC2 takes keys of the types ED25519 and RSA: set another one in PROVISIONING_SSH_KEY_FILE.',
  },
  {
    on: ['OperationNotPermitted'],
    advice: 'The instance is protected. Remove the protection in the EC2 console to destroy it.',
  },
  {
    on: ['VolumeModificationRateExceeded', 'IncorrectModificationState'],
    advice: 'A volume can be changed once in six hours. Run the command again then.',
    passing: true,
  },
  {
    on: ['IncorrectInstanceState', 'IncorrectState', 'ResourceInUse', 'VolumeInUse'],
    advice: 'Another operation on it is in progress. Run the command again.',
    passing: true,
  },
];

const THROTTLED = [
  ...['RequestLimitExceeded', 'Throttling', 'ThrottlingException', 'ThrottledException'],
  ...['EC2ThrottledException', 'TooManyRequestsException', 'SlowDown', 'RequestThrottled'],
];

/** The members of the SDK's errors that are used here. */
interface SdkError {
  name?: string;
  message?: string;
  code?: string;
  $fault?: string;
  $metadata?: { httpStatusCode?: number; requestId?: string };
}

/** Why AWS did not do something, in a sentence. @param act the action, for example `create server web-01` */
export function explainError(act: string, error: unknown, secrets: readonly string[] = []): AwsError {
  const {
    name = '',
    message = '',
    code,
    $fault,
    $metadata: { httpStatusCode: status } = {},
    // Safe cast: each member may be absent.
  } = error as SdkError;
  const again = 'Run the command again later; completed steps are not repeated.';
  if ($fault === undefined || status === undefined) {
    const late = name === 'AbortError' || (name === 'TimeoutError' && (code ?? 'ETIMEDOUT') === 'ETIMEDOUT');
    const reason = late ? 'there was no response in time' : (code ?? name);
    return new AwsError(
      `The request to AWS to ${act} failed, or its response was lost: ${reason}. ` +
        'Check the network and run the command again; completed steps are not repeated.',
      { code: null, permanent: false, cause: error },
    );
  }
  // No causes below: the SDK's errors contain AWS's message, which may contain what was sent.
  if (THROTTLED.includes(name) || status === 429) {
    return new AwsError(`AWS did not ${act}: too many requests (${name}). ${again}`, {
      code: name,
      permanent: false,
    });
  }
  const known = ADVICE.find(({ on }) => on.includes(name));
  const text = known?.unquotable ? '' : `${quotable(message, secrets)} `;
  if (!known && status >= 500) {
    return new AwsError(`AWS cannot ${act} at the moment: ${text}(${name}). ${again}`, {
      code: name,
      permanent: false,
    });
  }
  return new AwsError(
    `AWS did not ${act}: ${text}(${name}). ${known?.advice ?? 'Correct this and run the command again.'}`,
    { code: name, permanent: !known?.passing },
  );
}

/** A text of AWS, for use within a sentence. */
export function quotable(text: string, secrets: readonly string[]): string {
  let clean = text.replace(/\p{Cc}+/gu, ' ');
  for (const secret of secrets) clean = clean.replaceAll(secret, '***');
  // Only AWS can decode it, and it is long.
  clean = clean.replace(/Encoded authorization failure message: \S+/, '');
  return clean.slice(0, MAX_TEXT).replace(/[.\s]+$/, '');
}
