import { AlertDialog } from 'radix-ui';
import { useRef, useState, type ReactNode } from 'react';
import styles from './dialog.module.css';
import { ErrorNotice } from './notices.js';

interface ConfirmActProps {
  /** The button that opens the dialog. */
  trigger: ReactNode;
  /** Names the object. */
  title: string;
  /** What will happen, in figures. */
  children: ReactNode;
  /** A verb and what it is about. */
  confirm: string;
  dangerous?: boolean;
  /** False until what will happen is on the screen. */
  canConfirm?: boolean;
  /** @param idempotencyKey the same for every try of one opened dialog, so that an answer that was lost does nothing twice */
  act(idempotencyKey: string): Promise<unknown>;
}

/** Asks before something is done. It stays open, and says why, when it could not be done. */
export function ConfirmAct({
  trigger,
  title,
  children,
  confirm,
  dangerous = false,
  canConfirm = true,
  act,
}: ConfirmActProps) {
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const key = useRef('');
  const change = (next: boolean) => {
    if (busy) return;
    if (next) key.current = crypto.randomUUID();
    setError(undefined);
    setOpen(next);
  };
  const run = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await act(key.current);
      setOpen(false);
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  return (
    <AlertDialog.Root open={open} onOpenChange={change}>
      <AlertDialog.Trigger asChild>{trigger}</AlertDialog.Trigger>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className={styles['overlay']} />
        <AlertDialog.Content className={styles['content']}>
          <AlertDialog.Title asChild>
            <h2>{title}</h2>
          </AlertDialog.Title>
          <AlertDialog.Description asChild>
            <div className="stack">{children}</div>
          </AlertDialog.Description>
          {error !== undefined && <ErrorNotice error={error} />}
          <div className={styles['buttons']}>
            <AlertDialog.Cancel disabled={busy}>Close</AlertDialog.Cancel>
            <button
              type="button"
              className={dangerous ? 'primary danger' : 'primary'}
              disabled={busy || !canConfirm}
              onClick={() => void run()}
            >
              {confirm}
            </button>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
