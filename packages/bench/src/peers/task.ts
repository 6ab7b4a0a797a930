/** What a peer is given to do. All of it can be sent to another process. */
export type PeerTask =
  /** So many operations that do nothing; with `rows`, two events and a result are stored for each. */
  | { kind: 'noop'; count: number; bulk?: boolean; rows?: boolean }
  /** So many operations that run `/bin/true` and keep what it prints. */
  | { kind: 'commands'; count: number }
  /** So many operations, each of which may begin when the one before has ended. */
  | { kind: 'chain'; count: number }
  /** The graph of `graph.ts`; nothing, or a command, at each of its nodes. */
  | { kind: 'graph'; command: string[] | null }
  /** Operations that do nothing, submitted one by one so many a second. */
  | { kind: 'paced'; count: number; perSecond: number };

/** What all contenders are given, so that they differ in nothing else. */
export const SLOTS = 16;
export const GRAPH_SLOTS = 20;
export const TRUE = ['/bin/true'];
