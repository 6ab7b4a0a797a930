/**
 * Wakes workers when there is work. It may fail, lose, repeat: what is ready stands in Postgres, and workers look there
 * too. So a wake-up is sent and forgotten: no caller waits for it.
 */
export interface WorkerNotifier {
  notify(taskIds: readonly string[]): void;
  /** Something that runs was cancelled: its worker need not wait for its next heartbeat. */
  notifyCancelled(): void;
}
