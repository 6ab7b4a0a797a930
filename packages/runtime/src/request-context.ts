import { AsyncLocalStorage } from 'node:async_hooks';
import { randomFillSync } from 'node:crypto';
import { Patience } from './patience.js';

/** The ids that link log lines, jobs and audit records of one request. */
export interface RequestContext {
  requestId: string;
  /** W3C Trace Context: 32 and 16 hexadecimal digits. */
  traceId: string;
  spanId: string;
  /** How long it may wait for answers; absent if each wait has its own limit. */
  patience?: Patience;
}

const storage = new AsyncLocalStorage<RequestContext>();

/** Runs a function in a context, which its asynchronous calls inherit. */
export function runInContext<T>(context: RequestContext, act: () => T): T {
  return storage.run(context, act);
}

/** The context of the current request; undefined outside of requests. */
export function currentContext(): RequestContext | undefined {
  return storage.getStore();
}

/**
 * Runs work that does not belong to the current request only, with a separate patience: a write for several requests, or a
 * read for several waiting ones.
 */
export function withOwnPatience<T>(act: () => T): T {
  const context = currentContext();
  return context === undefined ? act() : runInContext({ ...context, patience: new Patience() }, act);
}

const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Continues the caller's trace if `traceparent` (W3C Trace Context) is valid, otherwise starts one. */
export function traceFrom(traceparent: string | undefined): { traceId: string; spanId: string } {
  const traceId = traceparent === undefined ? undefined : TRACEPARENT.exec(traceparent)?.[1];
  return { traceId: traceId ?? randomHex(16), spanId: randomHex(8) };
}

/** Generated in large pieces, because every request needs some. */
const drawn = Buffer.alloc(4096);
let used = drawn.length;

function randomHex(bytes: number): string {
  if (used + bytes > drawn.length) {
    randomFillSync(drawn);
    used = 0;
  }
  used += bytes;
  return drawn.toString('hex', used - bytes, used);
}

/** The `traceparent` header of a context (W3C Trace Context). */
export function traceparentOf(context: RequestContext): string {
  return `00-${context.traceId}-${context.spanId}-01`;
}
