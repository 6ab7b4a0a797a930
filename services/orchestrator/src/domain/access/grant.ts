/** What a submission was allowed on: asked again as long as something of it waits. */
export interface Grant {
  action: string;
  resource: string;
  context: Readonly<Record<string, unknown>>;
  request: { ip: string; method: string; path: string };
}

/** Work that waits, with whom it was allowed to. */
export interface WaitingGrant {
  /** Of the task, or of the batch whose operations wait. */
  id: string;
  kind: 'task' | 'batch';
  userId: string;
  grant: Grant;
}
