import { describe, expect, it } from '@jest/globals';
import { traceFrom, traceparentOf } from './request-context.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

describe('W3C Trace Context', () => {
  it('continues the caller’s trace with a new span', () => {
    const { traceId, spanId } = traceFrom(`00-${TRACE}-00f067aa0ba902b7-01`);
    expect(traceId).toBe(TRACE);
    expect(spanId).toMatch(/^[0-9a-f]{16}$/);
    expect(spanId).not.toBe('00f067aa0ba902b7');
    expect(traceparentOf({ requestId: 'r', traceId, spanId })).toBe(`00-${TRACE}-${spanId}-01`);
  });

  it.each([
    undefined,
    '',
    'rubbish',
    `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `ff-${TRACE}-00f067aa0ba902b7-01`,
  ])('starts a new one for %j', (header) => {
    expect(traceFrom(header).traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(traceFrom(header).traceId).not.toBe(TRACE);
  });
});
