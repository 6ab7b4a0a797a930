import type { ProvisioningError } from '@provisioning/client';

/** The exit codes; documented in docs/how-to/use-provctl.md. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  cancelled: 3,
  rolledBack: 4,
  notAllowed: 5,
  notReachable: 6,
  notFound: 7,
  conflict: 8,
  /** The work still runs, or it waits for approval. */
  pending: 9,
  interrupted: 130,
  /** 128 + SIGPIPE: the reader of the output has closed it. */
  readerGone: 141,
} as const;
/** One of {@link EXIT}. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const BY_STATUS: Record<number, ExitCode> = {
  400: EXIT.usage,
  401: EXIT.notAllowed,
  403: EXIT.notAllowed,
  404: EXIT.notFound,
  409: EXIT.conflict,
  412: EXIT.conflict,
  422: EXIT.usage,
  429: EXIT.notReachable,
  502: EXIT.notReachable,
  503: EXIT.notReachable,
  504: EXIT.notReachable,
};

/** The exit code of a failed request. */
export function exitCodeOfError({ status, code }: ProvisioningError): ExitCode {
  if (code === 'wait_timeout' || code === 'approval_required') return EXIT.pending;
  if (status === 0) return EXIT.notReachable;
  return BY_STATUS[status] ?? EXIT.failed;
}

/** The exit code of the status of a task or a batch. */
export function exitCodeOfStatus(status: string): ExitCode {
  if (status === 'Completed') return EXIT.done;
  if (status === 'Cancelled') return EXIT.cancelled;
  if (status === 'RolledBack') return EXIT.rolledBack;
  return status === 'Failed' ? EXIT.failed : EXIT.pending;
}
