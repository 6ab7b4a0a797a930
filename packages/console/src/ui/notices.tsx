import { ProvisioningError } from '@provisioning/client';
import type { ReactNode } from 'react';
import { CopyButton } from './id-chip.js';
import styles from './notices.module.css';

/** What the API refused or could not do, in its own words. */
export function ErrorNotice({ error, retry }: { error: unknown; retry?: () => void }) {
  const known = error instanceof ProvisioningError ? error : undefined;
  return (
    <div role="alert" className={styles['error']}>
      <p>{error instanceof Error ? error.message : String(error)}</p>
      {known?.details.map(({ path, message }) => (
        <p key={path + message}>
          <code>{path}</code> {message}
        </p>
      ))}
      <p className="row muted">
        {known && <code>{known.code}</code>}
        {known?.decisionId && <span>Decision {known.decisionId}</span>}
        {known?.requestId && (
          <span className="row" style={{ gap: 0 }}>
            Request {known.requestId} <CopyButton text={known.requestId} label="Copy the request id" />
          </span>
        )}
        {retry && (
          <button type="button" onClick={retry}>
            Try again
          </button>
        )}
      </p>
    </div>
  );
}

export function EmptyState({ children, action }: { children: ReactNode; action?: ReactNode }) {
  return (
    <div className={styles['empty']}>
      <p>{children}</p>
      {action}
    </div>
  );
}

/** Rows of the shape that is to come. */
export function Skeleton({ rows }: { rows: number }) {
  return (
    <div className={styles['skeleton']} role="status" aria-label="Loading">
      {Array.from({ length: rows }, (_row, index) => (
        <div key={index} />
      ))}
    </div>
  );
}
