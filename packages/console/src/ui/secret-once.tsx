import { AlertDialog } from 'radix-ui';
import { useState, type ReactNode } from 'react';
import dialog from './dialog.module.css';
import { Check } from './field.js';
import { CopyButton } from './id-chip.js';
import styles from './secret-once.module.css';

interface SecretOnceProps {
  title: string;
  /** What it is for. */
  children: ReactNode;
  /** One secret, or several that belong together; the dialog is closed without one. */
  secret: string | readonly string[] | undefined;
  /** The name of the secret, as in "Copy the token". */
  what: string;
  done(): void;
}

/** Shows a secret for the only time. The dialog closes only after the user has confirmed that it is kept. */
export function SecretOnce({ title, children, secret, what, done }: SecretOnceProps) {
  const [isKept, setIsKept] = useState(false);
  const lines = typeof secret === 'string' ? [secret] : (secret ?? []);
  const close = () => {
    setIsKept(false);
    done();
  };
  return (
    <AlertDialog.Root open={secret !== undefined}>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className={dialog['overlay']} />
        <AlertDialog.Content
          className={dialog['content']}
          onEscapeKeyDown={(event) => event.preventDefault()}
        >
          <AlertDialog.Title asChild>
            <h2>{title}</h2>
          </AlertDialog.Title>
          <AlertDialog.Description asChild>
            <div className="stack">{children}</div>
          </AlertDialog.Description>
          <code className={`${styles['secret']} ${lines.length > 1 ? styles['codes'] : ''}`}>
            {lines.map((line) => (
              <span key={line}>{line}</span>
            ))}
          </code>
          <span className="row">
            <CopyButton text={lines.join('\n')} label={`Copy the ${what}`} />
            <Check label={`I have kept the ${what}`} checked={isKept} onChange={setIsKept} />
          </span>
          <div className={dialog['buttons']}>
            <button type="button" className="primary" disabled={!isKept} onClick={close}>
              Close
            </button>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
