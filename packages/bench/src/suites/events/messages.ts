/** What the processes of a run are told, and what they tell. */

export interface Connect {
  type: 'connect';
  /** Each opens one WebSocket: the address, and the token it is opened with. */
  url: string;
  tokens: string[];
  /** How many events each of them waits for. */
  expected: number;
}

/** Tell what came, now: nobody waits any longer. */
interface Finish {
  type: 'finish';
}

export interface Received {
  type: 'received';
  events: number;
  /** Connections that the server ended. */
  closed: number;
  lastAt: number;
  /** Of a message at every fiftieth event: when its first event happened, and how many milliseconds later it came. */
  samples: [at: number, took: number][];
}

interface Prepare {
  type: 'prepare';
  databaseUrl: string;
  events: number;
}

/** Begin to record the events, or to send them: so many a second, by the clock. */
interface Begin {
  type: 'begin';
  events: number;
  perSecond: number;
}

/** The last one is committed, or sent. */
interface Written {
  type: 'written';
  firstAt: number;
}

/** It serves there. */
interface Ready {
  type: 'ready';
  url: string;
}

interface Plain {
  type: 'connected' | 'prepared';
}

export type Order = Connect | Finish | Prepare | Begin;
export type Answer = Received | Written | Ready | Plain;
