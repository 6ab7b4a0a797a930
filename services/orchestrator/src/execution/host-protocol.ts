export type HostRequest =
  | {
      type: 'run';
      id: string;
      action: 'apply' | 'undo' | 'reconcile';
      operation: Record<string, unknown>;
      check: boolean;
      idempotency_key: string;
      changes?: unknown[];
    }
  | { type: 'cancel'; id: string };
export type HostMessage =
  | { type: 'hello'; pid: number }
  | { type: 'log'; id: string; text: string }
  | { type: 'report'; id: string; report: object }
  | {
      type: 'ended';
      id: string;
      outcome: 'completed' | 'failed' | 'cancelled';
      error?: string;
      permanent?: boolean;
      satisfied?: boolean;
    };
