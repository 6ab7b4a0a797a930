/** The work for a peer. It can be sent to another process. */
export type PeerTask =
  /** So many operations that do nothing; with `rows`, two events and a result are stored for each. */
  | { kind: 'noop'; count: number; bulk?: boolean; rows?: boolean }
  /** The number of operations that run `/bin/true` and keep its output. */
  | { kind: 'commands'; count: number }
  /** The number of operations of a chain, in which each may start when the one before has ended. */
  | { kind: 'chain'; count: number }
  /** The graph of `graph.ts`, with nothing or a command at each node. */
  | { kind: 'graph'; command: string[] | null }
  /** Operations that do nothing, submitted one by one at a rate per second. */
  | { kind: 'paced'; count: number; perSecond: number };

/** What all contenders receive, so that they differ in nothing else. */
export const SLOTS = 16;
/** The number of nodes of the graph that may run at once. */
export const GRAPH_SLOTS = 20;
/** A command that does nothing. */
export const TRUE = ['/bin/true'];
