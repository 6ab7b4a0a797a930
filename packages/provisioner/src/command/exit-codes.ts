/** The exit statuses of the command (README.md). */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  settings: 3,
  interrupted: { SIGINT: 130, SIGTERM: 143 },
} as const;

/** A signal that stops a command. */
export type StopSignal = keyof typeof EXIT.interrupted;
