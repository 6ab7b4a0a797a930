import { EXIT, type StopSignal } from './exit-codes.js';

/** A watch for the signals INT and TERM. */
export interface StopWatch {
  /** Aborted by the first INT or TERM; further signals have no effect. */
  signal: AbortSignal;
  received(): StopSignal | undefined;
  forget(): void;
}

/** Turns INT and TERM into an abort signal. */
export function stopSignal(): StopWatch {
  const controller = new AbortController();
  let received: StopSignal | undefined;
  // Safe cast: the keys of the table are these signals.
  const names = Object.keys(EXIT.interrupted) as StopSignal[];
  const stop = (name: NodeJS.Signals) => {
    // Safe cast: only these signals are listened to.
    received ??= name as StopSignal;
    controller.abort();
  };
  for (const name of names) process.on(name, stop);
  return {
    signal: controller.signal,
    received: () => received,
    forget: () => names.forEach((name) => process.off(name, stop)),
  };
}
