import type { User } from '@provisioning/contracts';
import { client } from '../../api/client.js';
import { ActButton } from '../../ui/act-button.js';
import { ConfirmAct } from '../../ui/confirm-act.js';

interface UnlockUserProps {
  user: User;
  denied: string | undefined;
}

/** Lets a user sign in again after too many wrong passwords or codes. */
export function UnlockUser({ user: { id, username }, denied }: UnlockUserProps) {
  return (
    <ConfirmAct
      trigger={<ActButton denied={denied}>Unlock sign-in</ActButton>}
      title={`Unlock the sign-in of ${username}?`}
      confirm="Unlock sign-in"
      act={() => client.controlCenter.unlockUser({ params: { id } })}
    >
      <p>
        After too many wrong passwords or codes, sign-ins are delayed or refused. The user can try again at
        once. The password and the second factor stay as they are.
      </p>
    </ConfirmAct>
  );
}
