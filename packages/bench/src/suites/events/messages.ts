/** The messages to and from the processes of a run. */

/** Opens the connections that are measured. */
export interface Connect {
  type: 'connect';
  /** Each opens one WebSocket: the address, and the token it is opened with. */
  url: string;
  tokens: string[];
  /** The number of events that each client waits for. */
  expected: number;
}

/** Report what has arrived so far, without further waiting. */
interface Finish {
  type: 'finish';
}

/** What the clients of a process have received. */
export interface Received {
  type: 'received';
  events: number;
  /** Connections that the server ended. */
  closed: number;
  lastAt: number;
  /** For a message at every fiftieth event: when its first event happened, and its delay in milliseconds. */
  samples: [at: number, took: number][];
}

interface Prepare {
  type: 'prepare';
  databaseUrl: string;
  events: number;
}

/** Start to record the events, or to send them, at a rate per second. */
interface Begin {
  type: 'begin';
  events: number;
  perSecond: number;
}

/** The last event is committed, or sent. */
interface Written {
  type: 'written';
  firstAt: number;
}

/** It serves at this address. */
interface Ready {
  type: 'ready';
  url: string;
}

interface Plain {
  type: 'connected' | 'prepared';
}

/** A message to a process. */
export type Order = Connect | Finish | Prepare | Begin;
/** A message of a process. */
export type Answer = Received | Written | Ready | Plain;
