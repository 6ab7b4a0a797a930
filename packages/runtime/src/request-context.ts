import { AsyncLocalStorage } from 'node:async_hooks';
import { randomFillSync } from 'node:crypto';
import { Patience } from './patience.js';

/** What ties log lines, jobs and audit records of one request together. */
export interface RequestContext {
  requestId: string;
  /** W3C Trace Context: 32 and 16 hexadecimal digits. */
  traceId: string;
  spanId: string;
  /** How long it may wait for answers; absent: as long as each wait is limited by itself. */
  patience?: Patience;
}

const storage = new AsyncLocalStorage<RequestContext>();

export function runInContext<T>(context: RequestContext, act: () => T): T {
  return storage.run(context, act);
}

export function currentContext(): RequestContext | undefined {
  return storage.getStore();
}

/**
 * Runs what does not belong to the current request alone, with a patience of its own: a write for several requests, one
 * look of many while a request waits for something else.
 */
export function withOwnPatience<T>(act: () => T): T {
  const context = currentContext();
  return context === undefined ? act() : runInContext({ ...context, patience: new Patience() }, act);
}

const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Goes on with the caller's trace where `traceparent` (W3C Trace Context) is sound, else starts one. */
export function traceFrom(traceparent: string | undefined): { traceId: string; spanId: string } {
  const traceId = traceparent === undefined ? undefined : TRACEPARENT.exec(traceparent)?.[1];
  return { traceId: traceId ?? randomHex(16), spanId: randomHex(8) };
}

/** Drawn in large pieces: every request takes some. */
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

export function traceparentOf(context: RequestContext): string {
  return `00-${context.traceId}-${context.spanId}-01`;
}
