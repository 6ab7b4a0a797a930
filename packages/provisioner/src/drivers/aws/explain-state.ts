import type { StateReason } from '@aws-sdk/client-ec2';
import { DriverError } from '../driver.js';
import { quotable } from './explain-error.js';

/** Why an instance no longer exists or does not run. */
export function explainState(name: string, id: string, reason: StateReason | undefined): DriverError {
  const { Code: code = '', Message: message = '' } = reason ?? {};
  return new DriverError(
    `Server ${name} (${id}) did not start: EC2 reports ${quotable(message, [])} (${code}). ` +
      (code.startsWith('Server.')
        ? 'Run the command again later.'
        : 'Correct this and run the command again.'),
    { permanent: !code.startsWith('Server.') },
  );
}

/** Whether a user terminated it. */
export function isByHand(reason: StateReason | undefined): boolean {
  const { Code: code = '' } = reason ?? {};
  return ['', 'Client.UserInitiatedShutdown', 'Client.InstanceInitiatedShutdown'].includes(code);
}
