/** Returns the token for a request; undefined to send none. */
export type TokenProvider = () => string | undefined | Promise<string | undefined>;

/** When and how often a request is retried. */
export interface RetryOptions {
  /** Number of retries; 0 disables them. Default: 4. */
  retries?: number;
  /** Seconds before the first retry; doubled each time. Default: 0.25. */
  baseDelay?: number;
  /** Maximum delay in seconds. A request is not retried if the server asks for a longer delay. Default: 30. */
  maxDelay?: number;
}

/** Options of `ProvisioningClient`. */
export interface ClientOptions extends RetryOptions {
  /** URL of the control center. Default: that of the orchestrator, with port 9080 if its port is 9090. */
  controlCenterUrl?: string;
  /** Timeout of one attempt in seconds. Default: 30. */
  timeout?: number;
  /** Sent with every request. */
  headers?: Record<string, string>;
  /** Default: the global `fetch`. */
  fetch?: typeof fetch;
  /** Default: the global `WebSocket`, or that of `ws` on a Node.js version without one. */
  WebSocket?: WebSocketConstructor;
}

/** A WebSocket class: the part that browsers and `ws` have in common. */
export type WebSocketConstructor = new (url: string) => WebSocketLike;

interface WebSocketLike {
  send(text: string): void;
  close(code?: number, reason?: string): void;
  onopen: ((event: never) => unknown) | null;
  onmessage: ((event: never) => unknown) | null;
  onclose: ((event: never) => unknown) | null;
  onerror: ((event: never) => unknown) | null;
}

/** Default options; times in seconds. */
export const DEFAULTS = { timeout: 30, retries: 4, baseDelay: 0.25, maxDelay: 30 };

/** Normalizes a URL: without trailing slashes. @throws TypeError for an invalid URL */
export function baseOf(url: string): string {
  return new URL(url).href.replace(/\/+$/, '');
}

/** The default URL of the control center for a URL of the orchestrator. */
export function controlCenterBeside(orchestratorUrl: string): string {
  const url = new URL(orchestratorUrl);
  if (url.port === '9090') url.port = '9080';
  return baseOf(url.href);
}
