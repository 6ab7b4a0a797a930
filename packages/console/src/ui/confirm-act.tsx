import { AlertDialog } from 'radix-ui';
import { useState, type ReactNode } from 'react';
import styles from './dialog.module.css';
import { ErrorNotice } from './notices.js';
import { useAct } from './use-act.js';

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
  /** @param idempotencyKey the same for every try of one opened dialog until one succeeds or is refused */
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
  const { busy, error, clear, run } = useAct();
  const change = (next: boolean) => {
    if (busy) return;
    clear();
    setOpen(next);
  };
  const confirmed = () =>
    run(async (idempotencyKey) => {
      await act(idempotencyKey);
      setOpen(false);
    });
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
              onClick={() => void confirmed()}
            >
              {confirm}
            </button>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
