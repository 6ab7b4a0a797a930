import { Dialog } from 'radix-ui';
import { useState, type ReactNode } from 'react';
import styles from './dialog.module.css';
import { ErrorNotice } from './notices.js';
import { useAct } from './use-act.js';

interface FormDialogProps {
  /** The button that opens the dialog. */
  trigger: ReactNode;
  title: string;
  /** The fields. */
  children: ReactNode;
  /** A verb and what it is about. */
  submit: string;
  /** @param idempotencyKey the same for every try until one succeeds or is refused */
  onSubmit(form: FormData, idempotencyKey: string): Promise<unknown>;
}

/** A form over the page. It stays open with all fields when it could not be done. */
export function FormDialog({ trigger, title, children, submit, onSubmit }: FormDialogProps) {
  const [open, setOpen] = useState(false);
  const { busy, error, clear, run } = useAct();
  const change = (next: boolean) => {
    if (busy) return;
    clear();
    setOpen(next);
  };
  const send = (form: FormData) =>
    run(async (idempotencyKey) => {
      await onSubmit(form, idempotencyKey);
      setOpen(false);
    });
  return (
    <Dialog.Root open={open} onOpenChange={change}>
      <Dialog.Trigger asChild>{trigger}</Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Overlay className={styles['overlay']} />
        <Dialog.Content className={styles['content']} aria-describedby={undefined}>
          <Dialog.Title asChild>
            <h2>{title}</h2>
          </Dialog.Title>
          <form
            className="stack"
            onSubmit={(event) => {
              event.preventDefault();
              void send(new FormData(event.currentTarget));
            }}
          >
            {children}
            {error !== undefined && <ErrorNotice error={error} />}
            <div className={styles['buttons']}>
              <Dialog.Close asChild>
                <button type="button" disabled={busy}>
                  Close
                </button>
              </Dialog.Close>
              <button type="submit" className="primary" disabled={busy}>
                {submit}
              </button>
            </div>
          </form>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
