import { ProvisioningError } from '@provisioning/client';
import { useRef, useState } from 'react';

/** Something that the user sends: whether it is under way, why it was refused, and what is wrong with each field. */
export interface Act {
  busy: boolean;
  error: unknown;
  /** The fault of this field of the request body, if the API named one. */
  faultOf(field: string): string | undefined;
  /** Starts anew: without an error, and with another key, as the next try may send another body. */
  clear(): void;
  /**
   * Runs the act unless it is under way. Every try has the same key until one succeeds, so that an answer that was lost
   * does nothing twice.
   */
  run(act: (idempotencyKey: string) => Promise<unknown>): Promise<void>;
}

/** The state of one form or button that changes something. */
export function useAct(): Act {
  const key = useRef<string>(undefined);
  const running = useRef(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const run = async (act: (idempotencyKey: string) => Promise<unknown>) => {
    if (running.current) return;
    running.current = true;
    setBusy(true);
    setError(undefined);
    key.current ??= crypto.randomUUID();
    try {
      await act(key.current);
      key.current = undefined;
    } catch (failure) {
      // A refusal did nothing. The next try may send another body, which the same key would not allow.
      if (failure instanceof ProvisioningError && failure.status >= 400 && failure.status < 500)
        key.current = undefined;
      setError(failure);
    } finally {
      running.current = false;
      setBusy(false);
    }
  };
  const faultOf = (field: string) =>
    error instanceof ProvisioningError
      ? error.details.find(({ path }) => path === field || path.startsWith(`${field}[`))?.message
      : undefined;
  const clear = () => {
    key.current = undefined;
    setError(undefined);
  };
  return { busy, error, faultOf, clear, run };
}
