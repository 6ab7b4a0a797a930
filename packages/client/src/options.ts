export type TokenProvider = () => string | undefined | Promise<string | undefined>;

export interface RetryOptions {
  /** Tries beside the first; 0 turns it off. */
  retries?: number;
  /** Seconds before the second try; doubled each time. */
  baseDelay?: number;
  /** Seconds; a server that asks for more patience than that is not tried again. */
  maxDelay?: number;
}

export interface ClientOptions extends RetryOptions {
  /** Where the control center answers. Default: the orchestrator's host, on port 9080 where that one's is 9090. */
  controlCenterUrl?: string;
  /** Seconds that one try may take. Default: 30. */
  timeout?: number;
  /** Sent with every request. */
  headers?: Record<string, string>;
  /** Default: the platform's. */
  fetch?: typeof fetch;
  /** Default: the platform's, or that of `ws` on a Node.js without one. */
  WebSocket?: WebSocketConstructor;
}

/** What `new` of a WebSocket takes here: the little that browsers and `ws` have in common. */
export type WebSocketConstructor = new (url: string) => WebSocketLike;

interface WebSocketLike {
  send(text: string): void;
  close(code?: number, reason?: string): void;
  onopen: ((event: never) => unknown) | null;
  onmessage: ((event: never) => unknown) | null;
  onclose: ((event: never) => unknown) | null;
  onerror: ((event: never) => unknown) | null;
}

export const DEFAULTS = { timeout: 30, retries: 4, baseDelay: 0.25, maxDelay: 30 };

/** Without a slash at its end, so that a path can follow. */
export function baseOf(url: string): string {
  return new URL(url).href.replace(/\/+$/, '');
}

export function controlCenterBeside(orchestratorUrl: string): string {
  const url = new URL(orchestratorUrl);
  if (url.port === '9090') url.port = '9080';
  return baseOf(url.href);
}
