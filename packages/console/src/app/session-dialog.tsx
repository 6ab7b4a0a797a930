import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Dialog } from 'radix-ui';
import { announce, sessionQuery, signedIn, type Session } from '../api/session.js';
import { SignInForm } from '../features/sign-in/sign-in-form.js';
import dialog from '../ui/dialog.module.css';
import { sessionBegan, useSessionEnded } from '../api/session-end.js';

/** Over a page whose session has ended: what stands there stays, and goes on after signing in again. */
export function SessionDialog() {
  const queries = useQueryClient();
  const session = signedIn(useQuery(sessionQuery).data);
  const began = (next: Session) => {
    queries.setQueryData(sessionQuery.queryKey, next);
    sessionBegan();
    announce('signed-in');
    void queries.invalidateQueries();
  };
  return (
    <Dialog.Root open={useSessionEnded()}>
      <Dialog.Portal>
        <Dialog.Overlay className={dialog['overlay']} />
        <Dialog.Content className={dialog['content']} onEscapeKeyDown={(event) => event.preventDefault()}>
          <Dialog.Title asChild>
            <h2>Your session has ended</h2>
          </Dialog.Title>
          <Dialog.Description>Sign in again to go on. Nothing on this page is lost.</Dialog.Description>
          <SignInForm username={session?.user.username} done={began} />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
